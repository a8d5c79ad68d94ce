import type { BoxMm, PointMm } from '../../shared/geometry/points.js'
import type { BoxVoxel } from '../../shared/structure.js'
import { applyAffine, invertAffine, type Affine } from '../../shared/geometry/affine.js'
import type { Volume } from '../../shared/geometry/volume.js'

/** The box in RAS mm around all voxels of a volume, voxel faces included. */
export function volumeBox({ size, affine }: Pick<Volume, 'size' | 'affine'>): BoxMm {
  const corners = cornersOf({ min: [-0.5, -0.5, -0.5], max: [size[0] - 0.5, size[1] - 0.5, size[2] - 0.5] })
  return around(corners.map((corner) => applyAffine(affine, corner)))
}

/** The box in RAS mm around the faces of the voxels of an inclusive box of voxel indices. */
export function boxVoxelToMm(affine: Affine, { min, max }: BoxVoxel): BoxMm {
  const faces = {
    min: [min[0] - 0.5, min[1] - 0.5, min[2] - 0.5],
    max: [max[0] + 0.5, max[1] + 0.5, max[2] + 0.5],
  } as const
  return around(cornersOf(faces).map((corner) => applyAffine(affine, corner)))
}

/** The stored voxels a box in RAS mm covers at least in half, inclusive, clamped to the volume. */
export function boxToVoxels({ size, affine }: Pick<Volume, 'size' | 'affine'>, box: BoxMm): BoxVoxel {
  const inverse = invertAffine(affine)
  const { min, max } = around(cornersOf(box).map((corner) => applyAffine(inverse, corner)))
  const low = (axis: 0 | 1 | 2): number => Math.min(Math.max(Math.ceil(min[axis] - 1e-6), 0), size[axis] - 1)
  const high = (axis: 0 | 1 | 2): number => Math.max(Math.min(Math.floor(max[axis] + 1e-6), size[axis] - 1), low(axis))
  return { min: [low(0), low(1), low(2)], max: [high(0), high(1), high(2)] }
}

function cornersOf({ min, max }: BoxMm): PointMm[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [
    i & 1 ? max[0] : min[0],
    i & 2 ? max[1] : min[1],
    i & 4 ? max[2] : min[2],
  ])
}

function around(points: readonly PointMm[]): BoxMm {
  const along = (pick: (...values: number[]) => number): PointMm => [
    pick(...points.map((p) => p[0])),
    pick(...points.map((p) => p[1])),
    pick(...points.map((p) => p[2])),
  ]
  return { min: along(Math.min), max: along(Math.max) }
}
