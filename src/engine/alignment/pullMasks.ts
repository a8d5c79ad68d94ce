import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { addDisplacement, type Deformation } from './deformation.js'
import { cellCount, perAxis, type Grid } from './grid.js'
import type { TemplateMask } from './templateMasks.js'

/** A soft mask on some cells of a grid, 255 for certain. */
export interface SoftMask {
  readonly name: string
  /** Cell of the grid that `data` begins at. */
  readonly low: PointMm
  readonly size: Size3
  readonly data: Uint8Array
}

/** Template mm of every cell of a coarse grid, x, y, z side by side. */
function mapEach(deformation: Deformation, { size, originMm: o, spacingMm: s }: Grid): Float32Array {
  const out = new Float32Array(3 * cellCount({ size }))
  const point = new Float64Array(3)
  const { map: m } = deformation
  for (let z = 0, to = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const [py, pz] = [o[1] + y * s, o[2] + z * s]
      for (let x = 0; x < size[0]; x++, to += 3) {
        const px = o[0] + x * s
        point[0] = m[0] * px + m[1] * py + m[2] * pz + m[3]
        point[1] = m[4] * px + m[5] * py + m[6] * pz + m[7]
        point[2] = m[8] * px + m[9] * py + m[10] * pz + m[11]
        addDisplacement(deformation, point)
        out[to] = point[0]
        out[to + 1] = point[1]
        out[to + 2] = point[2]
      }
    }
  }
  return out
}

/** Puts the mean of two neighbours between them, along one axis: `length` values of `stride` numbers from about half as many. */
function doubleAxis(from: Float32Array, length: number, stride: number): Float32Array {
  const half = (length >> 1) + 1
  const blocks = from.length / (half * stride)
  const out = new Float32Array(blocks * length * stride)
  for (let block = 0, to = 0; block < blocks; block++) {
    for (let i = 0; i < length; i++) {
      const a = (block * half + (i >> 1)) * stride
      const b = a + (i & 1) * stride
      for (let k = 0; k < stride; k++) out[to++] = (from[a + k] + from[b + k]) / 2
    }
  }
  return out
}

/**
 * Template mm of every cell of a grid in query mm, x, y, z side by side. Every second cell along each axis is mapped,
 * the others lie halfway between: displacements are known on a much coarser grid anyway.
 */
export function mapCells(deformation: Deformation, { size, originMm, spacingMm }: Grid): Float32Array {
  const coarse: Grid = { size: perAxis((axis) => (size[axis] >> 1) + 1), originMm, spacingMm: 2 * spacingMm }
  const alongX = doubleAxis(mapEach(deformation, coarse), size[0], 3)
  const alongY = doubleAxis(alongX, size[1], 3 * size[0])
  return doubleAxis(alongY, size[2], 3 * size[0] * size[1])
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

/**
 * Carries the masks of a template over to a grid of the query.
 * @param mapped template mm of the grid's cells, from {@link mapCells}
 * @returns the masks that reach the grid
 */
export function pullMasks(mapped: Float32Array, grid: Pick<Grid, 'size'>, masks: readonly TemplateMask[]): SoftMask[] {
  const [nx, ny, nz] = grid.size
  return masks.flatMap((mask) => {
    const { originMm: o, size, spacingMm: s } = mask
    const [x0, y0, z0] = [o[0] - s, o[1] - s, o[2] - s]
    const [x1, y1, z1] = [o[0] + size[0] * s, o[1] + size[1] * s, o[2] + size[2] * s]
    const low = [nx, ny, nz]
    const high = [-1, -1, -1]
    for (let z = 0, at = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++, at += 3) {
          if (
            mapped[at] <= x0 ||
            mapped[at] >= x1 ||
            mapped[at + 1] <= y0 ||
            mapped[at + 1] >= y1 ||
            mapped[at + 2] <= z0 ||
            mapped[at + 2] >= z1
          )
            continue
          if (x < low[0]) low[0] = x
          if (x > high[0]) high[0] = x
          if (y < low[1]) low[1] = y
          if (y > high[1]) high[1] = y
          if (z < low[2]) low[2] = z
          if (z > high[2]) high[2] = z
        }
      }
    }
    if (high[0] < 0) return []
    const crop = perAxis((axis) => high[axis] - low[axis] + 1)
    const data = new Uint8Array(crop[0] * crop[1] * crop[2])
    for (let z = 0, to = 0; z < crop[2]; z++) {
      for (let y = 0; y < crop[1]; y++) {
        let from = 3 * (low[0] + nx * (low[1] + y + ny * (low[2] + z)))
        for (let x = 0; x < crop[0]; x++, to++, from += 3)
          data[to] = maskAt(mask, mapped[from], mapped[from + 1], mapped[from + 2]) + 0.5
      }
    }
    return [{ name: mask.name, low: perAxis((axis) => low[axis]), size: crop, data }]
  })
}

/** 1 for the cells whose place in the template, from {@link mapCells}, lies in a box. */
export function coveredBy(mapped: Float32Array, { min, max }: BoxMm): Uint8Array {
  const out = new Uint8Array(mapped.length / 3)
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    const [x, y, z] = [mapped[at], mapped[at + 1], mapped[at + 2]]
    if (x >= min[0] && x <= max[0] && y >= min[1] && y <= max[1] && z >= min[2] && z <= max[2]) out[i] = 1
  }
  return out
}
