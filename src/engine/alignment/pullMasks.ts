import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { cellCount, perAxis } from './grid.js'
import { mapRow, type MappedCells } from './mappedCells.js'
import type { TemplateMask } from './templateMasks.js'

/** A soft mask on some cells of a grid, 255 for certain. */
export interface SoftMask {
  readonly name: string
  /** Cell of the grid that `data` begins at. */
  readonly low: PointMm
  readonly size: Size3
  readonly data: Uint8Array
}

/** The value of a mask at a point in template mm, trilinear, 0 to 255; 0 outside. */
function maskAt({ size, originMm: o, spacingMm: s, data }: TemplateMask, x: number, y: number, z: number): number {
  const [px, py, pz] = [(x - o[0]) / s, (y - o[1]) / s, (z - o[2]) / s]
  if (px <= -1 || py <= -1 || pz <= -1 || px >= size[0] || py >= size[1] || pz >= size[2]) return 0
  const [ix, iy, iz] = [Math.floor(px), Math.floor(py), Math.floor(pz)]
  let sum = 0
  for (let k = 0; k < 2; k++) {
    const wz = k === 0 ? 1 - (pz - iz) : pz - iz
    if (iz + k < 0 || iz + k >= size[2]) continue
    for (let j = 0; j < 2; j++) {
      const wy = wz * (j === 0 ? 1 - (py - iy) : py - iy)
      if (iy + j < 0 || iy + j >= size[1]) continue
      const row = size[0] * (iy + j + size[1] * (iz + k))
      const fx = px - ix
      if (ix >= 0) sum += wy * (1 - fx) * data[row + ix]
      if (ix + 1 < size[0]) sum += wy * fx * data[row + ix + 1]
    }
  }
  return sum
}

/** A mask reaches as far as its outermost cells are interpolated with nothing. */
function reachOf({ originMm: o, size, spacingMm: s }: TemplateMask): BoxMm {
  return { min: perAxis((axis) => o[axis] - s), max: perAxis((axis) => o[axis] + size[axis] * s) }
}

/** Cells of the grid among which those lie that are mapped into a box; null where there are none. */
function cellsNear(
  { every, everySize, size, spacingMm }: MappedCells,
  { min, max }: BoxMm,
): { readonly low: PointMm; readonly high: PointMm } | null {
  // Cells between two that are mapped lie halfway between these.
  const slack = 3 * spacingMm
  const [x0, y0, z0] = min.map((mm) => mm - slack)
  const [x1, y1, z1] = max.map((mm) => mm + slack)
  const low = [...everySize]
  const high = [-1, -1, -1]
  for (let z = 0, at = 0; z < everySize[2]; z++) {
    for (let y = 0; y < everySize[1]; y++) {
      for (let x = 0; x < everySize[0]; x++, at += 3) {
        const [px, py, pz] = [every[at], every[at + 1], every[at + 2]]
        if (px < x0 || px > x1 || py < y0 || py > y1 || pz < z0 || pz > z1) continue
        if (x < low[0]) low[0] = x
        if (x > high[0]) high[0] = x
        if (y < low[1]) low[1] = y
        if (y > high[1]) high[1] = y
        if (z < low[2]) low[2] = z
        if (z > high[2]) high[2] = z
      }
    }
  }
  if (high[0] < 0) return null
  return {
    low: perAxis((axis) => Math.max(0, 2 * low[axis] - 1)),
    high: perAxis((axis) => Math.min(size[axis] - 1, 2 * high[axis] + 1)),
  }
}

/** Carries one mask over; null where it does not reach the grid. */
function pullMask(mapped: MappedCells, mask: TemplateMask): SoftMask | null {
  const { min, max } = reachOf(mask)
  const near = cellsNear(mapped, { min, max })
  if (near === null) return null
  const { low, high } = near
  const size = perAxis((axis) => high[axis] - low[axis] + 1)
  const data = new Uint8Array(cellCount({ size }))
  const row = new Float32Array(3 * mapped.size[0])
  const [first, last] = [low[0], high[0]]
  let isReached = false
  for (let z = low[2], to = 0; z <= high[2]; z++) {
    for (let y = low[1]; y <= high[1]; y++) {
      mapRow(mapped, { y, z, first, last }, row)
      for (let x = first; x <= last; x++, to++) {
        const [px, py, pz] = [row[3 * x], row[3 * x + 1], row[3 * x + 2]]
        if (px <= min[0] || px >= max[0] || py <= min[1] || py >= max[1] || pz <= min[2] || pz >= max[2]) continue
        isReached = true
        data[to] = maskAt(mask, px, py, pz) + 0.5
      }
    }
  }
  return isReached ? { name: mask.name, low, size, data } : null
}

/**
 * Carries the masks of a template over to a grid of the query.
 * @returns the masks that reach the grid
 */
export function pullMasks(mapped: MappedCells, masks: readonly TemplateMask[]): SoftMask[] {
  return masks.flatMap((mask) => pullMask(mapped, mask) ?? [])
}

/** 1 for the cells whose place in the template lies in a box. */
export function coveredBy(mapped: MappedCells, { min, max }: BoxMm): Uint8Array {
  const [nx, ny, nz] = mapped.size
  const out = new Uint8Array(nx * ny * nz)
  const row = new Float32Array(3 * nx)
  for (let z = 0, to = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      mapRow(mapped, { y, z, first: 0, last: nx - 1 }, row)
      for (let x = 0; x < nx; x++, to++) {
        const [px, py, pz] = [row[3 * x], row[3 * x + 1], row[3 * x + 2]]
        if (px >= min[0] && px <= max[0] && py >= min[1] && py <= max[1] && pz >= min[2] && pz <= max[2]) out[to] = 1
      }
    }
  }
  return out
}
