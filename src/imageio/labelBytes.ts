import type { LabelArray } from '../shared/labelEdit/voxelRuns.js'
import { swapBytes, DTYPE_BYTES, type Dtype, type RawArray } from './voxels.js'

/** The largest whole number that every smaller one of comes back from. */
const LARGEST: Readonly<Record<Dtype, number>> = {
  int8: 0x7f,
  uint8: 0xff,
  int16: 0x7fff,
  uint16: 0xffff,
  int32: 0x7fffffff,
  uint32: 0xffffffff,
  int64: Number.MAX_SAFE_INTEGER,
  uint64: Number.MAX_SAFE_INTEGER,
  float32: 0x1000000,
  float64: Number.MAX_SAFE_INTEGER,
}

/** The number format of a file, or the smallest other one where that does not hold its largest label. */
export function dtypeThatHolds(dtype: Dtype, largest: number): Dtype {
  if (largest <= LARGEST[dtype]) return dtype
  return largest <= LARGEST.uint16 ? 'uint16' : 'uint32'
}

/** Labels as a file stores them. */
export function labelBytes(labels: LabelArray, dtype: Dtype, littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const { buffer } = asStored(labels, dtype)
  const bytes = new Uint8Array(buffer as ArrayBuffer)
  if (!littleEndian) swapBytes(bytes, DTYPE_BYTES[dtype])
  return bytes
}

/** Always a copy. */
function asStored(labels: LabelArray, dtype: Dtype): RawArray {
  switch (dtype) {
    case 'int8':
      return new Int8Array(labels)
    case 'uint8':
      return new Uint8Array(labels)
    case 'int16':
      return new Int16Array(labels)
    case 'uint16':
      return new Uint16Array(labels)
    case 'int32':
      return new Int32Array(labels)
    case 'uint32':
      return new Uint32Array(labels)
    case 'int64':
      return BigInt64Array.from(labels, BigInt)
    case 'uint64':
      return BigUint64Array.from(labels, BigInt)
    case 'float32':
      return new Float32Array(labels)
    case 'float64':
      return new Float64Array(labels)
  }
}
