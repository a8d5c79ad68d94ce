import { applyAffine, type Affine } from '../../shared/geometry/affine.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { mapAxes, subtract } from '../../shared/geometry/vector.js'
import type { ImageVolume } from '../viewer/imageVolume.js'
import { PLANE_AXES, type Plane } from '../viewer/projection.js'

/** The tip of a brush. */
export interface BrushTip {
  readonly radiusMm: number
  /** The plane that it is used in; a disc lies in its slice. */
  readonly plane: Plane
  readonly isBall: boolean
}

/** Called with a voxel in closest-RAS order and its place in memory. */
export type VisitVoxel = (place: number, voxel: PointMm) => void

/**
 * Visits the voxels whose middles a brush reaches on its way between two points; at least those that hold them.
 * A disc stays in the slice that is nearest to the first point.
 */
export function brushVoxels(
  { order, toCanonical }: Pick<ImageVolume, 'order' | 'toCanonical'>,
  [fromMm, toMm]: readonly [PointMm, PointMm],
  { radiusMm, plane, isBall }: BrushTip,
  visit: VisitVoxel,
): void {
  const depth = PLANE_AXES[plane][2]
  const flat = (voxel: PointMm): PointMm => (isBall ? voxel : mapAxes((axis) => (axis === depth ? slice : voxel[axis])))
  const first = applyAffine(toCanonical, fromMm)
  const slice = Math.round(first[depth])
  const [a, b] = [flat(first), flat(applyAffine(toCanonical, toMm))]
  const [start, end] = [applyAffine(order.affine, a), applyAffine(order.affine, b)]
  // How far a ball reaches along each axis of voxels, also in a tilted scan.
  const reach = mapAxes((axis) => radiusMm * Math.hypot(...toCanonical.slice(4 * axis, 4 * axis + 3)))
  const low = mapAxes((axis) => Math.max(0, Math.ceil(Math.min(a[axis], b[axis]) - reach[axis])))
  const high = mapAxes((axis) => Math.min(order.size[axis] - 1, Math.floor(Math.max(a[axis], b[axis]) + reach[axis])))
  const [z0, z1] = isBall || depth !== 2 ? [low[2], high[2]] : [slice, slice]
  const [y0, y1] = isBall || depth !== 1 ? [low[1], high[1]] : [slice, slice]
  const [x0, x1] = isBall || depth !== 0 ? [low[0], high[0]] : [slice, slice]
  const isReached = nearLine(order.affine, start, end, radiusMm)
  for (let z = z0; z <= z1; z++)
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) if (isReached(x, y, z)) visitInside(order, [x, y, z], visit)
  for (const voxel of [a, b])
    visitInside(
      order,
      mapAxes((axis) => Math.round(voxel[axis])),
      visit,
    )
}

/** Visits a voxel, where the volume has one there. */
export function visitInside({ size, origin, strides }: ImageVolume['order'], voxel: PointMm, visit: VisitVoxel): void {
  if (voxel.some((index, axis) => index < 0 || index >= size[axis])) return
  visit(origin + voxel[0] * strides[0] + voxel[1] * strides[1] + voxel[2] * strides[2], voxel)
}

/** Whether the middle of a voxel lies near the line between two points; without a new object for each voxel. */
function nearLine(m: Affine, a: PointMm, b: PointMm, radiusMm: number): (x: number, y: number, z: number) => boolean {
  const [dx, dy, dz] = subtract(b, a)
  const perLength2 = 1 / Math.max(1e-12, dx * dx + dy * dy + dz * dz)
  const radius2 = radiusMm * radiusMm
  return (x, y, z) => {
    const px = m[0] * x + m[1] * y + m[2] * z + m[3] - a[0]
    const py = m[4] * x + m[5] * y + m[6] * z + m[7] - a[1]
    const pz = m[8] * x + m[9] * y + m[10] * z + m[11] - a[2]
    const along = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) * perLength2))
    const [ox, oy, oz] = [px - along * dx, py - along * dy, pz - along * dz]
    return ox * ox + oy * oy + oz * oz <= radius2
  }
}
