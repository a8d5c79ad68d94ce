import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ZSTDDecoder } from '@thewtex/zstddec'
import { quietOptions, type ItkModule, type MakeItkModule, type OpenItk } from '../../imageio/itk/itkModule.js'
import type { TextFormat } from '../../imageio/text/textHeader.js'

/** A module of ITK-Wasm: the package that it comes with, and its file name. */
interface PipelineName {
  readonly library: 'image-io' | 'dicom'
  readonly name: string
}

/** The module that reads each format. */
const PIPELINES: Readonly<Record<TextFormat | 'dicom', PipelineName>> = {
  nrrd: { library: 'image-io', name: 'nrrd-read-image' },
  meta: { library: 'image-io', name: 'meta-read-image' },
  dicom: { library: 'dicom', name: 'read-image-dicom-file-series' },
}

/** Such a module, ready to be made. */
interface Pipeline {
  readonly make: MakeItkModule
  readonly wasmBinary: Uint8Array
}

const opened = new Map<TextFormat | 'dicom', Promise<Pipeline>>()

/** Makes ITK's readers out of the files of `@itk-wasm/image-io`; the first use of a format unpacks it. */
export const openItk: OpenItk = (format, print) => openReader(format, print)

/** Makes ITK's reader of DICOM slices out of the files of `@itk-wasm/dicom`; the first use unpacks it. */
export async function openItkDicom(print: (text: string) => unknown): Promise<ItkModule> {
  return openReader('dicom', print)
}

async function openReader(format: TextFormat | 'dicom', print: (text: string) => unknown): Promise<ItkModule> {
  const pipeline = opened.get(format) ?? openPipeline(PIPELINES[format])
  opened.set(format, pipeline)
  const { make, wasmBinary } = await pipeline
  return make(quietOptions({ wasmBinary }, print))
}

async function openPipeline({ library, name }: PipelineName): Promise<Pipeline> {
  const folder = pipelinesFolder(library)
  const decoder = new ZSTDDecoder()
  await decoder.init()
  const packed = await readFile(path.join(folder, `${name}.wasm.zst`))
  const script = pathToFileURL(path.join(folder, `${name}.js`)).href
  const module = (await import(script)) as { readonly default: MakeItkModule }
  return { make: module.default, wasmBinary: decoder.decode(packed) }
}

/** In the extension's package beside the bundle, elsewhere in the library. */
function pipelinesFolder(library: PipelineName['library']): string {
  const beside = fileURLToPath(new URL('pipelines', import.meta.url))
  if (existsSync(beside)) return beside
  const require = createRequire(import.meta.url)
  const entry = library === 'dicom' ? require.resolve('@itk-wasm/dicom') : require.resolve('@itk-wasm/image-io')
  return path.join(path.dirname(entry), 'pipelines')
}
