import type { RawArray, Scaling, ValueRange } from './voxels.js'

/** What CT shows of air, in HU; voxels without a number count as air. */
const AIR_HU = -1000

/** Stored voxels as HU: int16 where that is exact, else float32. Voxels of that form come back as they are. */
export function huVoxels(raw: RawArray, scaling: Scaling, range: ValueRange): Int16Array | Float32Array {
  if (raw instanceof Int16Array && scaling.slope === 1 && scaling.inter === 0) return raw
  const fitsInt16 = range.isIntegral && range.min >= -32768 && range.max <= 32767
  return convertInto(fitsInt16 ? new Int16Array(raw.length) : new Float32Array(raw.length), raw, scaling, AIR_HU)
}

/**
 * Stored voxels as labels, in the smallest unsigned type that holds the largest of them.
 * @param range of whole numbers from 0 to 32 bits
 */
export function labelVoxels(
  raw: RawArray,
  scaling: Scaling,
  { max }: ValueRange,
): Uint8Array | Uint16Array | Uint32Array {
  const { length } = raw
  const empty = max <= 0xff ? new Uint8Array(length) : max <= 0xffff ? new Uint16Array(length) : new Uint32Array(length)
  return convertInto(empty, raw, scaling, 0)
}

/** Fills `out` with scaled values, `replacement` where they are not finite. */
function convertInto<T extends Int16Array | Float32Array | Uint8Array | Uint16Array | Uint32Array>(
  out: T,
  raw: RawArray,
  { slope, inter }: Scaling,
  replacement: number,
): T {
  for (let i = 0; i < raw.length; i++) {
    const value = Number(raw[i]) * slope + inter
    out[i] = value - value === 0 ? value : replacement
  }
  return out
}
