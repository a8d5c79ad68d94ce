import { asNumbers, type Scaling } from '../../imageio/voxels.js'
import type { SliceHeader } from './sliceHeader.js'

type HuArray = Int16Array | Int32Array | Float64Array

interface StoredRange {
  readonly min: number
  readonly max: number
}

/** Uncompressed with the low byte first: implicit and explicit (DICOM PS3.5, A.1 and A.2). */
const PLAIN = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'])

/**
 * HU of uncompressed slices of the usual kind, which need no decoder: 16 bits for each pixel, one after the other.
 * @param part slices that are stored alike
 * @param bytes their files
 * @returns one slice after the other; null for slices of another kind, and where unused bits hold something
 */
export function plainValues(part: readonly SliceHeader[], bytes: readonly Uint8Array[]): HuArray | null {
  if (!part.every(isPlain)) return null
  const [{ isSigned, bitsStored, rescale }] = part
  const slices: StoredValues[] = []
  for (const [index, slice] of part.entries()) {
    const stored = storedValues(slice, bytes[index])
    if (stored === null) return null
    slices.push(stored)
  }
  const [range, allowed] = [rangeOf(slices), rangeOfBits(isSigned, bitsStored ?? 0)]
  if (range.min < allowed.min || range.max > allowed.max) return null
  const [{ length }] = slices
  const hu = arrayFor(part.length * length, rescale, range)
  for (const [index, stored] of slices.entries()) scaleInto(hu, index * length, stored, rescale)
  return hu
}

type StoredValues = Int16Array | Uint16Array

/** The pixels of a file as they are stored; null where it is cut off. */
function storedValues({ rows, columns, isSigned, pixels }: SliceHeader, bytes: Uint8Array): StoredValues | null {
  const stored = new Uint8Array(2 * rows * columns)
  const from = pixels?.offsetBytes ?? bytes.length
  const written = bytes.subarray(from, from + stored.length)
  if (written.length < stored.length) return null
  stored.set(written)
  const values = asNumbers(stored, isSigned ? 'int16' : 'uint16', true)
  return values instanceof Int16Array || values instanceof Uint16Array ? values : null
}

function scaleInto(hu: HuArray, from: number, stored: StoredValues, { slope, inter }: Scaling): void {
  for (let i = 0; i < stored.length; i++) hu[from + i] = stored[i] * slope + inter
}

function rangeOf(slices: readonly StoredValues[]): StoredRange {
  let [min, max] = [Infinity, -Infinity]
  for (const stored of slices) {
    for (let i = 0; i < stored.length; i++) {
      const value = stored[i]
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return { min, max }
}

function isPlain(slice: SliceHeader): boolean {
  return (
    PLAIN.has(slice.transferSyntaxUid) &&
    slice.bitsAllocated === 16 &&
    slice.bitsStored !== null &&
    slice.samplesPerPixel === 1 &&
    slice.frames === 1 &&
    slice.photometric === 'MONOCHROME2'
  )
}

/** What so many bits can hold: a value outside of it has something in the bits that are not used. */
function rangeOfBits(isSigned: boolean, bits: number): StoredRange {
  return isSigned ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 }
}

/** The smallest kind of number that holds the HU of such slices. */
function arrayFor(length: number, { slope, inter }: Scaling, { min, max }: StoredRange): HuArray {
  const ends = [min * slope + inter, max * slope + inter]
  const fits = (most: number): boolean => ends.every((end) => end >= -most && end < most)
  if (!Number.isInteger(slope) || !Number.isInteger(inter) || !fits(2 ** 31)) return new Float64Array(length)
  return fits(2 ** 15) ? new Int16Array(length) : new Int32Array(length)
}
