import { applyAffine, type Affine } from '../../shared/geometry/affine.js'
import type { Size3 } from '../../shared/geometry/points.js'

/** Where the voxels of a volume are. */
export interface VoxelGrid {
  readonly size: Size3
  /** Voxel index to RAS mm. */
  readonly affine: Affine
}

/** Grids whose corners lie this close together are one grid: headers hold 32-bit numbers. */
const SAME_PLACE_MM = 0.01

/** Whether two volumes have the same voxels in the same order. */
export function isSameGrid(a: VoxelGrid, b: VoxelGrid): boolean {
  if (a.size.some((n, axis) => n !== b.size[axis])) return false
  return Array.from({ length: 8 }, (_, i) => i).every((i) => {
    const corner = [i & 1 ? a.size[0] - 1 : 0, i & 2 ? a.size[1] - 1 : 0, i & 4 ? a.size[2] - 1 : 0] as const
    const [p, q] = [applyAffine(a.affine, corner), applyAffine(b.affine, corner)]
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < SAME_PLACE_MM
  })
}
