import type { ImageFiles } from '../imageFiles.js'
import { NIFTI_HEADER_BYTES } from './niftiHeader.js'

/** The (unpacked) bytes in which a NIfTI header lies; fewer where the file ends before. */
export async function firstNiftiBytes(files: ImageFiles, name: string, isPacked: boolean): Promise<Uint8Array> {
  const start = new Uint8Array(NIFTI_HEADER_BYTES)
  let filled = 0
  for await (const chunk of files.chunks(name, 0, isPacked)) {
    const part = chunk.subarray(0, start.length - filled)
    start.set(part, filled)
    filled += part.length
    if (filled === start.length) break
  }
  return start.subarray(0, filled)
}
