import type { TextFormat } from '../text/textHeader.js'
import type { OpenItk } from './itkModule.js'
import { runItk, type ItkNumbers } from './runItk.js'

const FOLDER = '/scan'
/** Outputs in the order of the arguments: whether it could read, and the image. */
const IMAGE_OUTPUT = 1

/**
 * Reads an NRRD or MetaImage file with ITK (`@itk-wasm/image-io`), in the memory of WebAssembly.
 * @param files the named file and what its header names, by their paths
 * @returns null where ITK fails, or has something to say: it takes damaged packed data for zeros with no more than a
 *   printed line
 */
export async function readWithItk(
  open: OpenItk,
  format: TextFormat,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<ItkNumbers | null> {
  const printed: string[] = []
  // Not every page may run WebAssembly.
  const itk = await open(format, (text) => printed.push(text)).catch(() => null)
  if (itk === null) return null
  const read = runItk(itk, {
    files: new Map([...files].map(([each, bytes]) => [`${FOLDER}/${each}`, bytes])),
    args: [`${FOLDER}/${name}`, '0', String(IMAGE_OUTPUT)],
    imageOutput: IMAGE_OUTPUT,
  })
  return printed.length === 0 ? read : null
}
