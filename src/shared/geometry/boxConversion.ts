import type { BoxMm, PointMm } from './points.js'
import type { BoxVoxel } from '../structure.js'
import { applyAffine, invertAffine, type Affine } from './affine.js'
import { mapAxes } from './vector.js'
import type { Volume } from './volume.js'

/** The box in RAS mm around all voxels of a volume, voxel faces included. */
export function volumeBox({ size, affine }: Pick<Volume, 'size' | 'affine'>): BoxMm {
  return boxVoxelToMm(affine, { min: [0, 0, 0], max: mapAxes((axis) => size[axis] - 1) })
}

/** The box in RAS mm around the faces of the voxels of an inclusive box of voxel indices. */
export function boxVoxelToMm(affine: Affine, { min, max }: BoxVoxel): BoxMm {
  const faces = { min: mapAxes((axis) => min[axis] - 0.5), max: mapAxes((axis) => max[axis] + 0.5) }
  return around(cornersOf(faces).map((corner) => applyAffine(affine, corner)))
}

/** The stored voxels a box in RAS mm covers at least in half, inclusive, clamped to the volume. */
export function boxToVoxels({ size, affine }: Pick<Volume, 'size' | 'affine'>, box: BoxMm): BoxVoxel {
  const inverse = invertAffine(affine)
  const { min, max } = around(cornersOf(box).map((corner) => applyAffine(inverse, corner)))
  const low = (axis: 0 | 1 | 2): number => Math.min(Math.max(Math.ceil(min[axis] - 1e-6), 0), size[axis] - 1)
  const high = (axis: 0 | 1 | 2): number => Math.max(Math.min(Math.floor(max[axis] + 1e-6), size[axis] - 1), low(axis))
  return { min: mapAxes(low), max: mapAxes(high) }
}

/** The part of a box inside another; null when they do not meet. */
export function intersectBoxes(a: BoxMm, b: BoxMm): BoxMm | null {
  const min = mapAxes((axis) => Math.max(a.min[axis], b.min[axis]))
  const max = mapAxes((axis) => Math.min(a.max[axis], b.max[axis]))
  return min[0] < max[0] && min[1] < max[1] && min[2] < max[2] ? { min, max } : null
}

/** The smallest box around two, both in mm or both in voxels. */
export function unionOfBoxes(a: BoxMm, b: BoxMm): BoxMm {
  return {
    min: mapAxes((axis) => Math.min(a.min[axis], b.min[axis])),
    max: mapAxes((axis) => Math.max(a.max[axis], b.max[axis])),
  }
}

function cornersOf({ min, max }: BoxMm): PointMm[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [
    i & 1 ? max[0] : min[0],
    i & 2 ? max[1] : min[1],
    i & 4 ? max[2] : min[2],
  ])
}

function around(points: readonly PointMm[]): BoxMm {
  const along = (pick: (...values: number[]) => number): PointMm =>
    mapAxes((axis) => pick(...points.map((p) => p[axis])))
  return { min: along(Math.min), max: along(Math.max) }
}
