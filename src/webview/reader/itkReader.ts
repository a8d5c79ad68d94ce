import makeMeta from 'itk-meta-reader'
import makeNrrd from 'itk-nrrd-reader'
import { ZSTDDecoder } from '@thewtex/zstddec'
import { quietOptions, type OpenItk } from '../../imageio/itk/itkModule.js'

/**
 * ITK's reader out of its packed WebAssembly.
 * @returns null where the page may not run WebAssembly
 */
export async function unpackItkReader(packed: Uint8Array): Promise<OpenItk | null> {
  try {
    const decoder = new ZSTDDecoder()
    await decoder.init()
    const wasmBinary = decoder.decode(packed)
    return (format, print) => {
      const options = quietOptions({ wasmBinary, locateFile: (name: string) => name }, print)
      return format === 'nrrd' ? makeNrrd(options) : makeMeta(options)
    }
  } catch {
    return null
  }
}
