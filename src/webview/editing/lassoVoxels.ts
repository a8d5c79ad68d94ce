import { applyAffine } from '../../shared/geometry/affine.js'
import type { PointMm } from '../../shared/geometry/points.js'
import type { ImageVolume } from '../viewer/imageVolume.js'
import { PLANE_AXES, type Plane } from '../viewer/projection.js'
import { visitInside, type VisitVoxel } from './brushVoxels.js'

/**
 * Visits the voxels of one slice whose middles lie inside a closed line, by the even-odd rule.
 * @param pointsMm of the line, on the slice
 */
export function lassoVoxels(
  { order, toCanonical }: Pick<ImageVolume, 'order' | 'toCanonical'>,
  pointsMm: readonly PointMm[],
  plane: Plane,
  visit: VisitVoxel,
): void {
  if (pointsMm.length < 3) return
  const [h, v, depth] = PLANE_AXES[plane]
  const corners = pointsMm.map((pointMm) => applyAffine(toCanonical, pointMm))
  const rows = corners.map((corner) => corner[v])
  const [first, last] = [Math.ceil(Math.min(...rows)), Math.floor(Math.max(...rows))]
  const voxel: [number, number, number] = [0, 0, 0]
  voxel[depth] = Math.round(corners[0][depth])
  for (voxel[v] = first; voxel[v] <= last; voxel[v]++) {
    const crossings = crossingsOf(corners, h, v, voxel[v])
    for (let at = 0; at + 1 < crossings.length; at += 2)
      for (voxel[h] = Math.ceil(crossings[at]); voxel[h] <= crossings[at + 1]; voxel[h]++)
        visitInside(order, [...voxel], visit)
  }
}

/** Where a closed line crosses a row of voxels, from low to high. */
function crossingsOf(corners: readonly PointMm[], h: 0 | 1 | 2, v: 0 | 1 | 2, row: number): number[] {
  return corners
    .flatMap((a, at) => {
      const b = corners[(at + 1) % corners.length]
      // A corner on the row belongs to one of its two edges.
      if (a[v] <= row === b[v] <= row) return []
      return [a[h] + ((row - a[v]) / (b[v] - a[v])) * (b[h] - a[h])]
    })
    .sort((a, b) => a - b)
}
