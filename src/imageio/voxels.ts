/** Voxel values as a file stores them, before scaling. */
export type RawArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** Number formats a voxel may have in a file. */
export type Dtype =
  'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float32' | 'float64'

/** Bytes per voxel of a number format. */
export const DTYPE_BYTES: Readonly<Record<Dtype, 1 | 2 | 4 | 8>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
}

const IS_LITTLE_ENDIAN_MACHINE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Reverses the bytes of every number in place. */
export function swapBytes(bytes: Uint8Array, width: 1 | 2 | 4 | 8): void {
  for (let from = 0; from < bytes.length; from += width) {
    for (let low = from, high = from + width - 1; low < high; low++, high--) {
      const byte = bytes[low]
      bytes[low] = bytes[high]
      bytes[high] = byte
    }
  }
}

/**
 * Views bytes as numbers without copying where possible; bytes in the other order are swapped in place.
 * @param bytes whole numbers only; the caller gives them up
 */
export function asNumbers(bytes: Uint8Array, dtype: Dtype, littleEndian: boolean): RawArray {
  const width = DTYPE_BYTES[dtype]
  if (littleEndian !== IS_LITTLE_ENDIAN_MACHINE) swapBytes(bytes, width)
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  const length = bytes.byteLength / width
  switch (dtype) {
    case 'int8':
      return new Int8Array(buffer, byteOffset, length)
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, length)
    case 'int16':
      return new Int16Array(buffer, byteOffset, length)
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, length)
    case 'int32':
      return new Int32Array(buffer, byteOffset, length)
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length)
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length)
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length)
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
    case 'float64':
      return new Float64Array(buffer, byteOffset, length)
  }
}

/** What the values of a volume are like, after scaling. */
export interface ValueRange {
  /** Smallest and largest finite value; NaN when there is none. */
  readonly min: number
  readonly max: number
  readonly isIntegral: boolean
  /** How many values are NaN or infinite. */
  readonly nonFinite: number
}

/** How stored values become real ones: `value = stored * slope + inter`. */
export interface Scaling {
  readonly slope: number
  readonly inter: number
}

/** Stored values are real values. */
export const NO_SCALING: Scaling = { slope: 1, inter: 0 }

/** Scans all values once. */
export function rangeOf(raw: RawArray, { slope, inter }: Scaling): ValueRange {
  let min = Infinity
  let max = -Infinity
  let isIntegral = true
  let nonFinite = 0
  for (let i = 0; i < raw.length; i++) {
    const value = Number(raw[i]) * slope + inter
    if (value - value !== 0) {
      nonFinite++
      continue
    }
    if (value < min) min = value
    if (value > max) max = value
    if (isIntegral && Math.floor(value) !== value) isIntegral = false
  }
  return nonFinite === raw.length
    ? { min: Number.NaN, max: Number.NaN, isIntegral: false, nonFinite }
    : { min, max, isIntegral, nonFinite }
}
