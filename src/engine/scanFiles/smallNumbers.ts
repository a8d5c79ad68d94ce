import type { ImageHeader } from '../../imageio/imageHeader.js'
import { storedNumbers } from './storedNumbers.js'

const LARGEST = 255
/** Air and lung are below in CT; label maps, MR and PET have nothing there. */
const AIR_BELOW_HU = -200

/**
 * Whether all voxels of an image are whole numbers from 0 to 255, as those of label maps are and those of no CT.
 * Stops at the first that is not, which in a CT is one of the first; label maps are read to the end, but are small
 * where they are packed.
 * @throws MedlsamError `input`, or an error of the system, when the file cannot be read or unpacked
 */
export async function holdsSmallWholeNumbers(header: ImageHeader): Promise<boolean> {
  if (header.scaling.slope !== 1 || header.scaling.inter !== 0) return false
  for await (const numbers of storedNumbers(header)) {
    for (const number of numbers) {
      const value = Number(number)
      if (!(value >= 0 && value <= LARGEST && Math.floor(value) === value)) return false
    }
  }
  return true
}

/**
 * Whether a voxel of an image has the value of air in CT. Stops at the first, which in a CT is one of the first.
 * @throws MedlsamError `input`, or an error of the system, when the file cannot be read or unpacked
 */
export async function holdsAir(header: ImageHeader): Promise<boolean> {
  const { slope, inter } = header.scaling
  const isUnsigned = header.dtype.startsWith('uint')
  if (isUnsigned && inter >= AIR_BELOW_HU && slope > 0) return false
  for await (const numbers of storedNumbers(header)) {
    for (const number of numbers) if (Number(number) * slope + inter < AIR_BELOW_HU) return true
  }
  return false
}
