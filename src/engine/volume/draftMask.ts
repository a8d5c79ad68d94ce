import type { PointMm, Size3 } from '../../shared/geometry/points.js'

/** A first idea of a structure: the share of cubic cells along the patient axes that belongs to it. */
export interface DraftMask {
  /** RAS mm of the middle of cell [0, 0, 0]. */
  readonly originMm: PointMm
  /** Side of a cell in mm. */
  readonly spacingMm: number
  /** Cells along x, y, z; x runs fastest. */
  readonly size: Size3
  /** 255 for a cell that belongs to it wholly. */
  readonly data: Uint8Array
  /** Where the share, 0 to 1, exceeds this the structure is. */
  readonly level: number
}

/** The share at a point in RAS mm, trilinear, 0 to 1; 0 outside of the cells. */
export function draftShareAt({ originMm: o, spacingMm: s, size, data }: DraftMask, [x, y, z]: PointMm): number {
  const [px, py, pz] = [(x - o[0]) / s, (y - o[1]) / s, (z - o[2]) / s]
  if (px <= -1 || py <= -1 || pz <= -1 || px >= size[0] || py >= size[1] || pz >= size[2]) return 0
  const [ix, iy, iz] = [Math.floor(px), Math.floor(py), Math.floor(pz)]
  const [fx, fy, fz] = [px - ix, py - iy, pz - iz]
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    const [cx, cy, cz] = [ix + (corner & 1), iy + ((corner >> 1) & 1), iz + (corner >> 2)]
    if (cx < 0 || cy < 0 || cz < 0 || cx >= size[0] || cy >= size[1] || cz >= size[2]) continue
    const weight = (corner & 1 ? fx : 1 - fx) * (corner & 2 ? fy : 1 - fy) * (corner & 4 ? fz : 1 - fz)
    sum += weight * data[cx + size[0] * (cy + size[1] * cz)]
  }
  return sum / 255
}
