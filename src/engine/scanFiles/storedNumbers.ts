import { asNumbers, DTYPE_BYTES, type RawArray } from '../../imageio/voxels.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { storedChunks } from './fileBytes.js'
import { readStoredVoxels } from './openImage.js'

/**
 * The numbers of an image as stored, in pieces, of all its volumes; nothing more is read when the caller stops. Where
 * they do not lie one after the other, those of the first volume.
 * @throws MedlsamError `input`, or an error of the system, when the file cannot be read or unpacked
 */
export async function* storedNumbers(header: ImageHeader): AsyncIterable<RawArray> {
  const { dtype, size, timePoints, source } = header
  if (source === null) {
    yield (await readStoredVoxels(header, { timePoint: 0 })).raw
    return
  }
  const width = DTYPE_BYTES[dtype]
  const end = source.offsetBytes + size[0] * size[1] * size[2] * timePoints * width
  let position = 0
  let rest: Uint8Array = new Uint8Array()
  for await (const chunk of storedChunks(source.stored)) {
    const bytes = Buffer.concat([
      rest,
      chunk.subarray(Math.max(0, source.offsetBytes - position), Math.max(0, end - position)),
    ])
    position += chunk.length
    const whole = bytes.length - (bytes.length % width)
    rest = bytes.subarray(whole)
    // Copied, since numbers in the other order are turned round in place.
    yield asNumbers(new Uint8Array(bytes.subarray(0, whole)), dtype, source.littleEndian)
    if (position >= end) return
  }
  throw new Error('fewer numbers than promised')
}
