import { applyAffine } from '../../../shared/geometry/affine.js'
import type { PointMm } from '../../../shared/geometry/points.js'
import { scale, subtract } from '../../../shared/geometry/vector.js'
import type { SliceStack } from '../stackSlices.js'

/** RAS mm as LPS mm, and back. */
export function lpsOf([x, y, z]: PointMm): PointMm {
  // No negative zeros.
  return [-x + 0, -y + 0, z]
}

/** Centre of the first pixel of a slice of a volume, in LPS mm: that of the slice itself, or of the upright volume. */
export function positionLps({ slices, shifts, affine }: SliceStack, slice: number): PointMm {
  const { position } = slices[slice]
  return shifts === null && position !== null ? position : lpsOf(applyAffine(affine, [0, 0, slice]))
}

/** Directions of rows and of columns in LPS, six numbers: Image Orientation (Patient). */
export function orientationLps({ affine, spacingMm }: SliceStack): readonly number[] {
  const origin = applyAffine(affine, [0, 0, 0])
  const along = (voxel: PointMm, mm: number): PointMm =>
    lpsOf(scale(subtract(applyAffine(affine, voxel), origin), 1 / mm))
  return [...along([1, 0, 0], spacingMm[0]), ...along([0, 1, 0], spacingMm[1])]
}
