import { storedChunks } from './fileBytes.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { asNumbers, DTYPE_BYTES } from '../../imageio/voxels.js'

const LARGEST = 255

/**
 * Whether all voxels of an image are whole numbers from 0 to 255, as those of label maps are and those of no CT.
 * Stops at the first that is not, which in a CT is one of the first; label maps are read to the end, but are small
 * where they are packed.
 * @throws MedlsamError `input`, or an error of the system, when the file cannot be read or unpacked
 */
export async function holdsSmallWholeNumbers({
  dtype,
  size,
  timePoints,
  scaling,
  source,
}: ImageHeader): Promise<boolean> {
  if (scaling.slope !== 1 || scaling.inter !== 0) return false
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
    for (const number of asNumbers(new Uint8Array(bytes.subarray(0, whole)), dtype, source.littleEndian)) {
      const value = Number(number)
      if (!(value >= 0 && value <= LARGEST && Math.floor(value) === value)) return false
    }
    if (position >= end) return true
  }
  return false
}
