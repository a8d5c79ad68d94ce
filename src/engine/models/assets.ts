import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MedlsamError } from '../../shared/medlsamError.js'

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
  const candidates = [
    process.env['MEDLSAM_MODELS'],
    path.join(here, 'models'),
    path.resolve(here, '../../../dist/models'),
  ]
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
