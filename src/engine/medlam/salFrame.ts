import type { PointMm } from '../../shared/geometry/points.js'

/**
 * A vector in MedLAM's order and directions: [superior, anterior, left]. In mm it is
 * [z, y, -x] of RAS; in voxels it indexes a prepared volume [z, y, x] (spec, introduction).
 */
export type Sal = readonly [number, number, number]

/** RAS mm to [superior, anterior, left] mm. */
export function rasToSal([x, y, z]: PointMm): Sal {
  return [z, y, -x]
}

/** [superior, anterior, left] mm to RAS mm. */
export function salToRas([s, a, l]: Sal): PointMm {
  return [l === 0 ? 0 : -l, a, s]
}

/** Where the voxels of a prepared volume lie: voxel (0,0,0) in [superior, anterior, left] mm, cubic spacing. */
export interface SalGrid {
  readonly size: Sal
  readonly originMm: Sal
  readonly spacingMm: number
}

/** Fractional voxel index of a point given in [superior, anterior, left] mm. */
export function salToVoxel(grid: SalGrid, p: Sal): Sal {
  return [
    (p[0] - grid.originMm[0]) / grid.spacingMm,
    (p[1] - grid.originMm[1]) / grid.spacingMm,
    (p[2] - grid.originMm[2]) / grid.spacingMm,
  ]
}

/** [superior, anterior, left] mm of a fractional voxel index. */
export function voxelToSal(grid: SalGrid, v: Sal): Sal {
  return [
    v[0] * grid.spacingMm + grid.originMm[0],
    v[1] * grid.spacingMm + grid.originMm[1],
    v[2] * grid.spacingMm + grid.originMm[2],
  ]
}

/** Euclidean distance of two vectors. */
export function distance(a: Sal, b: Sal): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}
