import type { Size3 } from '../../shared/geometry/points.js'
import { addDisplacement, type Deformation } from './deformation.js'
import { cellCount, perAxis, type Grid } from './grid.js'

/**
 * Where the cells of a grid in query mm lie in a template. Every second cell along each axis is mapped, the others lie
 * halfway between: displacements are known on a much coarser grid anyway.
 */
export interface MappedCells extends Grid {
  /** How many cells are mapped along each axis. */
  readonly everySize: Size3
  /** Template mm of every second cell, x, y, z side by side. */
  readonly every: Float32Array
}

/** Maps every second cell of a grid. */
export function mapCells(deformation: Deformation, { size, originMm: o, spacingMm }: Grid): MappedCells {
  const everySize = perAxis((axis) => (size[axis] >> 1) + 1)
  const s = 2 * spacingMm
  const every = new Float32Array(3 * cellCount({ size: everySize }))
  const point = new Float64Array(3)
  const { map: m } = deformation
  for (let z = 0, to = 0; z < everySize[2]; z++) {
    for (let y = 0; y < everySize[1]; y++) {
      const [py, pz] = [o[1] + y * s, o[2] + z * s]
      for (let x = 0; x < everySize[0]; x++, to += 3) {
        const px = o[0] + x * s
        point[0] = m[0] * px + m[1] * py + m[2] * pz + m[3]
        point[1] = m[4] * px + m[5] * py + m[6] * pz + m[7]
        point[2] = m[8] * px + m[9] * py + m[10] * pz + m[11]
        addDisplacement(deformation, point)
        every.set(point, to)
      }
    }
  }
  return { size, originMm: o, spacingMm, everySize, every }
}

/** Cells of one row of a grid, both ends inclusive. */
export interface RowOfCells {
  readonly y: number
  readonly z: number
  readonly first: number
  readonly last: number
}

/** Template mm of the cells of one row of the grid, x, y, z side by side, each at its place in the whole row. */
export function mapRow({ everySize, every }: MappedCells, { y, z, first, last }: RowOfCells, row: Float32Array): void {
  const [ex, ey] = everySize
  const at = 3 * ex * ((y >> 1) + ey * (z >> 1))
  const dy = (y & 1) * 3 * ex
  const dz = (z & 1) * 3 * ex * ey
  const between = (i: number): number =>
    (every[at + i] + every[at + dy + i] + every[at + dz + i] + every[at + dy + dz + i]) / 4
  const start = 3 * (first >> 1)
  let [px, py, pz] = [between(start), between(start + 1), between(start + 2)]
  for (let x = first & ~1, from = start + 3, to = 3 * x; x <= last; x += 2, from += 3) {
    const [nx, ny, nz] = [between(from), between(from + 1), between(from + 2)]
    row[to++] = px
    row[to++] = py
    row[to++] = pz
    // Beyond an even number of cells this falls off the row's end.
    row[to++] = (px + nx) / 2
    row[to++] = (py + ny) / 2
    row[to++] = (pz + nz) / 2
    ;[px, py, pz] = [nx, ny, nz]
  }
}
