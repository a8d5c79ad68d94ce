import type { PointMm, Size3 } from '../shared/geometry/points.js'
import { determinant, spacingMm, type Affine } from '../shared/geometry/affine.js'
import { inputError } from '../shared/inputError.js'
import type { Dtype, Scaling } from './voxels.js'

/** Where bytes lie in a file, and whether they are packed (gzip or zlib) from there on. */
export interface StoredBytes {
  readonly file: string
  /** First byte of what is meant, packed or not. */
  readonly from: number
  readonly isPacked: boolean
}

/** What the header of an image file says, checked, before any voxel is read. */
export interface ImageHeader {
  /** The file the user named. */
  readonly path: string
  readonly size: Size3
  readonly spacingMm: PointMm
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
  readonly dtype: Dtype
  /** Volumes in the file; 1 unless it is 4D. */
  readonly timePoints: number
  readonly scaling: Scaling
  /** Sentences for the user about doubtful headers. */
  readonly warnings: readonly string[]
  /** The raw NIfTI header, null for other formats. */
  readonly niftiHeader: Uint8Array | null
  /** All files that make up the image: header first, then data where that is apart. */
  readonly files: readonly string[]
  readonly source: VoxelSource
}

/** Where the voxels of an image are. */
export interface VoxelSource {
  readonly stored: StoredBytes
  /** Position of the first voxel in the (unpacked) bytes. */
  readonly offsetBytes: number
  readonly littleEndian: boolean
}

const SMALLEST_SPACING_MM = 1e-3
const LARGEST_SPACING_MM = 1000

/**
 * Checks the numbers of voxels along x, y, z.
 * @throws MedlsamError `input` when one is not a whole number of at least 1 or all together overflow
 */
export function checkSize(file: string, sizes: readonly number[]): Size3 {
  const bad = sizes.find((n) => !Number.isSafeInteger(n) || n < 1)
  if (bad !== undefined) {
    throw inputError(
      file,
      `The header of ${file} gives an axis ${bad} voxels: it is damaged, so export the scan again.`,
    )
  }
  if (sizes.reduce((product, n) => product * n, 1) > 2 ** 40) {
    throw inputError(
      file,
      `The header of ${file} promises ${sizes.join(' x ')} voxels, which no scan has: it is damaged, so export the scan again.`,
    )
  }
  return [sizes[0], sizes[1], sizes[2]]
}

/**
 * Checks voxel sizes in mm.
 * @throws MedlsamError `input` when one is 0, negative, not a number or absurd
 */
export function checkSpacing(file: string, spacing: readonly number[]): void {
  const bad = spacing.find((mm) => !(mm >= SMALLEST_SPACING_MM && mm <= LARGEST_SPACING_MM))
  if (bad === undefined) return
  throw inputError(
    file,
    `The header of ${file} gives a voxel spacing of ${bad} mm, which cannot be: correct it or export the scan again.`,
  )
}

/**
 * Checks that an affine places voxels in space.
 * @throws MedlsamError `input` when it is not finite, singular, or its voxels have absurd sizes
 */
export function checkAffine(file: string, affine: Affine): void {
  if (!affine.every(Number.isFinite)) {
    throw inputError(
      file,
      `The affine in the header of ${file} holds values that are no numbers: export the scan again.`,
    )
  }
  const spacing = spacingMm(affine)
  const flatness = Math.abs(determinant(affine)) / (spacing[0] * spacing[1] * spacing[2])
  if (!(flatness > 1e-4)) {
    throw inputError(
      file,
      `The affine in the header of ${file} is singular, so its voxels have no place in space: export the scan again.`,
    )
  }
  checkSpacing(file, spacing)
}
