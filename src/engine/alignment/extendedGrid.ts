import { invertMap, mapBox, type AffineMap } from './affineMap.js'
import { gridBox, perAxis, type Grid } from './grid.js'
import type { BoxMm } from '../../shared/geometry/points.js'

/** Spacing of the grid on which it is judged how much of a structure lies in the scan, in mm. */
const EXTENDED_MM = 9

/** A grid over a query and all that a template, laid over it, covers beyond. */
export function extendedGrid(query: Grid, templateBox: BoxMm, map: AffineMap): Grid {
  const scan = gridBox(query)
  const beyond = mapBox(invertMap(map), templateBox)
  // The cells begin at the scan's lowest corner, so that a cell is inside or outside of it.
  const low = perAxis((axis) => Math.min(0, Math.floor((beyond.min[axis] - scan.min[axis]) / EXTENDED_MM)))
  const high = perAxis((axis) => Math.ceil((Math.max(beyond.max[axis], scan.max[axis]) - scan.min[axis]) / EXTENDED_MM))
  return {
    size: perAxis((axis) => high[axis] - low[axis]),
    originMm: perAxis((axis) => scan.min[axis] + (low[axis] + 0.5) * EXTENDED_MM),
    spacingMm: EXTENDED_MM,
  }
}

/** The share of a soft mask on a grid that lies in a box; 0 for an empty mask. */
export function shareInside(
  mask: { readonly low: readonly number[]; readonly size: readonly number[]; readonly data: Uint8Array },
  grid: Grid,
  { min, max }: BoxMm,
): number {
  const [nx, ny, nz] = mask.size
  const isIn = (axis: 0 | 1 | 2, i: number): boolean => {
    const mm = grid.originMm[axis] + (mask.low[axis] + i) * grid.spacingMm
    return mm >= min[axis] && mm <= max[axis]
  }
  let [inside, all] = [0, 0]
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = isIn(2, z) && isIn(1, y)
      for (let x = 0; x < nx; x++, at++) {
        all += mask.data[at]
        if (row && isIn(0, x)) inside += mask.data[at]
      }
    }
  }
  return all === 0 ? 0 : inside / all
}
