import { EXTREME_SIDES, SIDE_AXIS, type BoxMm, type ExtremeSide, type PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { applyAffine } from '../../shared/geometry/affine.js'
import { boxVoxelToMm } from '../../shared/geometry/boxConversion.js'
import type { LabelExtent } from '../../engine/labels/extremePoints.js'
import { canonicalOrder } from '../../shared/geometry/orient.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { isStraight } from '../../engine/volume/worldGrid.js'

/**
 * The box in RAS mm around the faces of a label's voxels. In a turned scan it is that of the voxels one by one, since
 * the box around their box of indices is larger than the structure.
 */
export function truthBoxMm({ data, size, affine }: LabelVolume, { labelValue, boxVoxel }: LabelExtent): BoxMm {
  if (isStraight(canonicalOrder({ size, affine }))) return boxVoxelToMm(affine, boxVoxel)
  const low: [number, number, number] = [Infinity, Infinity, Infinity]
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity]
  const { min, max } = boxVoxel
  for (let z = min[2]; z <= max[2]; z++) {
    for (let y = min[1]; y <= max[1]; y++) {
      for (let x = min[0]; x <= max[0]; x++) {
        if (data[x + size[0] * (y + size[1] * z)] !== labelValue) continue
        const middle = applyAffine(affine, [x, y, z])
        for (const axis of [0, 1, 2] as const) {
          low[axis] = Math.min(low[axis], middle[axis])
          high[axis] = Math.max(high[axis], middle[axis])
        }
      }
    }
  }
  /** From a voxel's middle to its outermost corner. */
  const reach = (axis: 0 | 1 | 2): number =>
    (Math.abs(affine[4 * axis]) + Math.abs(affine[4 * axis + 1]) + Math.abs(affine[4 * axis + 2])) / 2
  const moved = (ends: PointMm, sign: 1 | -1): PointMm => mapAxes((axis) => ends[axis] + sign * reach(axis))
  return { min: moved(low, -1), max: moved(high, 1) }
}

/** Sides on which a label reaches the border of the volume, so that it is not known where the structure ends there. */
export function cutSides(
  { size, affine }: Pick<LabelVolume, 'size' | 'affine'>,
  { boxVoxel }: LabelExtent,
): ExtremeSide[] {
  const { ras } = canonicalOrder({ size, affine })
  return EXTREME_SIDES.filter((side) => {
    const { axis: patient, sign } = SIDE_AXIS[side]
    const { axis, flip } = ras[patient]
    return sign > 0 === flip ? boxVoxel.min[axis] === 0 : boxVoxel.max[axis] === size[axis] - 1
  })
}
