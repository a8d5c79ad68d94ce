import {
  SIDE_AXIS,
  type BoxMm,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import type { Grid } from './grid.js'
import type { SoftMask } from './pullMasks.js'

/** The place of a wall of a mask's box that lies in the middle of the mask's outermost cells there. */
function pointOf(mask: SoftMask, grid: Grid, level: number, box: BoxMm, side: ExtremeSide): PointMm {
  const { axis, sign } = SIDE_AXIS[side]
  const [nx, ny] = mask.size
  const limit = level * 255
  let plane = -1
  let cells: (readonly [number, number, number])[] = []
  for (let at = 0; at < mask.data.length; at++) {
    if (mask.data[at] < limit) continue
    const cell = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))] as const
    if (plane < 0 || sign * (cell[axis] - plane) > 0) {
      plane = cell[axis]
      cells = []
    }
    if (cell[axis] === plane) cells.push(cell)
  }
  const middle = [0, 1, 2].map((k) => cells.reduce((sum, cell) => sum + cell[k], 0) / cells.length)
  const off = (cell: readonly number[]): number => cell.reduce((sum, value, k) => sum + (value - middle[k]) ** 2, 0)
  const [x, y, z] = cells.reduce((best, cell) => (off(cell) < off(best) ? cell : best))
  const toMm = (cell: number, k: 0 | 1 | 2): number => {
    if (k === axis) return (sign > 0 ? box.max : box.min)[k]
    return grid.originMm[k] + (mask.low[k] + cell) * grid.spacingMm
  }
  return [toMm(x, 0), toMm(y, 1), toMm(z, 2)]
}

/** Six extreme points of a soft mask on the walls of its box; the mask reaches the level somewhere. */
export function pointsOfMask(mask: SoftMask, grid: Grid, level: number, box: BoxMm): ExtremePoints {
  const of = (side: ExtremeSide): PointMm => pointOf(mask, grid, level, box, side)
  return {
    inferior: of('inferior'),
    posterior: of('posterior'),
    right: of('right'),
    superior: of('superior'),
    anterior: of('anterior'),
    left: of('left'),
  }
}
