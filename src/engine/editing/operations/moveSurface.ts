import { squaredDistances } from '../../numeric/distanceTransform.js'
import { maskWhere, type SpacedMask } from './structureMask.js'

/** Sums of squares of spacings that are stored with 32 bits. */
const ROUNDING = 1 + 1e-6

/** The mask with all voxels whose middle lies within a distance of the middle of one of its voxels. */
export function grow({ data, size, spacingMm }: SpacedMask, byMm: number): Uint8Array {
  const squared = squaredDistances(data, size, spacingMm)
  return maskWhere(squared, (mm2) => mm2 <= byMm ** 2 * ROUNDING)
}

/**
 * The mask without the voxels whose middle lies within a distance of the middle of a voxel outside. Where it ends with
 * the block it does not shrink: nothing is known of what lies beyond.
 */
export function shrink({ data, size, spacingMm }: SpacedMask, byMm: number): Uint8Array {
  const outside = data.map((value) => 1 - value)
  const squared = squaredDistances(outside, size, spacingMm)
  return maskWhere(squared, (mm2) => mm2 > byMm ** 2 * ROUNDING)
}
