import type { LabelArray } from '../../shared/labelEdit/voxelRuns.js'
import { dtypeThatHolds, labelBytes } from '../labelBytes.js'
import { DTYPE_BYTES, type Dtype } from '../voxels.js'

/** NIfTI's codes of the formats that a label map may change to. */
const CODES: Partial<Record<Dtype, number>> = { uint8: 2, uint16: 512, uint32: 768 }

/**
 * The bytes of a NIfTI file with other labels: all that stands before its voxels stays as it is, extensions too. Only
 * where the labels need it, the number format is another one, and values are not scaled any more.
 * @param start the bytes of the file before its voxels, as stored
 * @param dtype as the file has it
 */
export function relabelledNifti(
  start: Uint8Array,
  labels: LabelArray,
  { dtype, littleEndian, largest, isScaled }: NiftiLabels,
): Uint8Array<ArrayBuffer> {
  const kept = dtypeThatHolds(dtype, largest)
  const voxels = labelBytes(labels, kept, littleEndian)
  const bytes = new Uint8Array(start.length + voxels.length)
  bytes.set(start)
  bytes.set(voxels, start.length)
  const view = new DataView(bytes.buffer)
  const isNifti2 = view.getInt32(0, littleEndian) === 540
  const code = kept === dtype ? undefined : CODES[kept]
  if (code !== undefined) {
    view.setInt16(isNifti2 ? 12 : 70, code, littleEndian)
    view.setInt16(isNifti2 ? 14 : 72, 8 * DTYPE_BYTES[kept], littleEndian)
  }
  if (isScaled) {
    for (const [field, value] of [0, 1].map((at) => [at, 1 - at] as const)) {
      if (isNifti2) view.setFloat64(176 + 8 * field, value, littleEndian)
      else view.setFloat32(112 + 4 * field, value, littleEndian)
    }
  }
  return bytes
}

/** How a NIfTI label map is stored, and what it is to hold. */
export interface NiftiLabels {
  readonly dtype: Dtype
  readonly littleEndian: boolean
  readonly largest: number
  /** Whether its header scales values. */
  readonly isScaled: boolean
}
