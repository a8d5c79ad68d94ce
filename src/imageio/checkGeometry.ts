import type { Size3 } from '../shared/geometry/points.js'
import { determinant, spacingMm, type Affine } from '../shared/geometry/affine.js'
import { inputError } from '../shared/inputError.js'

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
  const bad = spacing.find((mm) => !isVoxelSize(mm))
  if (bad === undefined) return
  throw inputError(
    file,
    `The header of ${file} gives a voxel spacing of ${bad} mm, which cannot be: correct it or export the scan again.`,
  )
}

/** Whether voxel sizes in mm can be. */
export function isSpacing(spacing: readonly number[]): boolean {
  return spacing.every(isVoxelSize)
}

function isVoxelSize(mm: number): boolean {
  return mm >= SMALLEST_SPACING_MM && mm <= LARGEST_SPACING_MM
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
