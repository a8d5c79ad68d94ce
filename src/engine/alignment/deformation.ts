import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { mapPoint, type AffineMap } from './affineMap.js'

/** A smooth map of points from a query's mm to a template's: an affine map, then displacements on a grid. */
export interface Deformation {
  readonly map: AffineMap
  /** Template mm of the first block. */
  readonly originMm: PointMm
  /** Distance of blocks in mm. */
  readonly stepMm: number
  readonly size: Size3
  /** Displacements in mm, x, y, z of a block side by side; beyond the blocks the outermost hold. */
  readonly displacementsMm: Float32Array
}

function clamp(value: number, n: number): number {
  return value < 0 ? 0 : value > n - 1 ? n - 1 : value
}

/** Adds the displacement at a point in template mm to it; three numbers in `point`, changed in place. */
export function addDisplacement(
  { originMm: o, stepMm, size, displacementsMm: d }: Deformation,
  point: Float64Array,
): void {
  const [nx, ny, nz] = size
  const px = clamp((point[0] - o[0]) / stepMm, nx)
  const py = clamp((point[1] - o[1]) / stepMm, ny)
  const pz = clamp((point[2] - o[2]) / stepMm, nz)
  const [ix, iy, iz] = [px | 0, py | 0, pz | 0]
  const [fx, fy, fz] = [px - ix, py - iy, pz - iz]
  const corner = 3 * (ix + nx * (iy + ny * iz))
  const dx = ix + 1 < nx ? 3 : 0
  const dy = iy + 1 < ny ? 3 * nx : 0
  const dz = iz + 1 < nz ? 3 * nx * ny : 0
  for (let k = 0; k < 3; k++) {
    const p = corner + k
    const low = (d[p] * (1 - fx) + d[p + dx] * fx) * (1 - fy) + (d[p + dy] * (1 - fx) + d[p + dy + dx] * fx) * fy
    const high =
      (d[p + dz] * (1 - fx) + d[p + dz + dx] * fx) * (1 - fy) +
      (d[p + dz + dy] * (1 - fx) + d[p + dz + dy + dx] * fx) * fy
    point[k] += low * (1 - fz) + high * fz
  }
}

/** Template mm of a point in query mm. */
export function deformPoint(deformation: Deformation, pointMm: PointMm): PointMm {
  const point = Float64Array.from(mapPoint(deformation.map, pointMm))
  addDisplacement(deformation, point)
  return [point[0], point[1], point[2]]
}
