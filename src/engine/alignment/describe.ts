import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { invertMap, mapBox, type AffineMap, IDENTITY } from './affineMap.js'
import { cellCount, gridBox, gridOver, perAxis, type ChannelGrid, type Grid, type GridVolume } from './grid.js'
import { CLIP_HU, MIND_CHANNELS, mindSsc } from './mindSsc.js'
import { sampleVolume } from './sampleVolume.js'

/** What is denser than this anywhere in a cell of the query is compared: all but air. In HU. */
const SEEN_HU = -900
/** What is denser than this on average holds the affine fit: all but air and lung. In HU. */
const FIRM_HU = -300
/** The query's part beyond the template that is still described, in cells of the template. */
const MARGIN_CELLS = 4

function grey(values: Float32Array): Float32Array {
  return values.map((hu) => Math.min(CLIP_HU[1], Math.max(CLIP_HU[0], hu)))
}

/**
 * Descriptors of a template at one spacing, averaged over 2 x 2 x 2 cells: the value of cell i is the mean of cells
 * i and i + 1 along each axis, so the origin lies half a cell further.
 */
export function describeTemplate(volume: GridVolume, spacingMm: number): ChannelGrid {
  const grid = gridOver(gridBox(volume), spacingMm)
  const fine = mindSsc(grey(sampleVolume(volume, grid, IDENTITY).values), grid.size)
  const [nx, ny, nz] = grid.size
  const data = new Uint8Array(fine.length)
  for (let z = 0, to = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const here = MIND_CHANNELS * (x + nx * (y + ny * z))
        const dx = x + 1 < nx ? MIND_CHANNELS : 0
        const dy = y + 1 < ny ? MIND_CHANNELS * nx : 0
        const dz = z + 1 < nz ? MIND_CHANNELS * nx * ny : 0
        for (let c = 0; c < MIND_CHANNELS; c++) {
          const p = here + c
          const sum =
            fine[p] +
            fine[p + dx] +
            fine[p + dy] +
            fine[p + dx + dy] +
            fine[p + dz] +
            fine[p + dx + dz] +
            fine[p + dy + dz] +
            fine[p + dx + dy + dz]
          data[to++] = (sum + 4) >> 3
        }
      }
    }
  }
  const originMm: PointMm = perAxis((axis) => grid.originMm[axis] + spacingMm / 2)
  return { ...grid, originMm, channels: MIND_CHANNELS, data }
}

/** A query laid over a template by an affine map, described on every second cell of the template's grid. */
export interface DescribedQuery {
  /** Query mm to template mm. */
  readonly map: AffineMap
  /** Template cell of block [0, 0, 0]; block i lies at cell `low + 2 i`. */
  readonly low: PointMm
  /** Blocks along x, y, z. */
  readonly size: Size3
  /** Twelve bytes per block. */
  readonly data: Uint8Array
  /** 1 where the block lies in the scan and is not all air. */
  readonly seen: Uint8Array
  /** 1 where the block is seen and neither air nor lung. */
  readonly firm: Uint8Array
}

/** The even cells of a template that a query, laid over it, covers. */
function coveredCells(
  query: GridVolume,
  template: Grid,
  map: AffineMap,
): { readonly low: PointMm; readonly size: Size3 } {
  const box = mapBox(map, gridBox(query))
  const s = template.spacingMm
  const toCell = (mm: number, axis: 0 | 1 | 2): number => (mm - template.originMm[axis]) / s
  const low = perAxis((axis) => Math.max(-MARGIN_CELLS, Math.floor(toCell(box.min[axis], axis))))
  const size = perAxis((axis) => {
    const end = Math.min(template.size[axis] + MARGIN_CELLS, Math.ceil(toCell(box.max[axis], axis)))
    return Math.max(2, Math.ceil((end - low[axis]) / 2))
  })
  return { low, size }
}

/** Describes a query in the frame of a template, at the spacing of the template's descriptors. */
export function describeQuery(query: GridVolume, template: Grid, map: AffineMap): DescribedQuery {
  const { low, size } = coveredCells(query, template, map)
  const s = template.spacingMm
  const grid: Grid = {
    size: perAxis((axis) => 2 * size[axis]),
    originMm: perAxis((axis) => template.originMm[axis] + (low[axis] - 0.5) * s),
    spacingMm: s,
  }
  const { values, inside } = sampleVolume(query, grid, invertMap(map))
  const fine = mindSsc(grey(values), grid.size)
  const blocks = cellCount({ size })
  const data = new Uint8Array(blocks * MIND_CHANNELS)
  const seen = new Uint8Array(blocks)
  const firm = new Uint8Array(blocks)
  const [fx, fy] = grid.size
  const corners = [0, 1, fx, fx + 1, fx * fy, fx * fy + 1, fx * fy + fx, fx * fy + fx + 1]
  const sums = new Int32Array(MIND_CHANNELS)
  for (let z = 0, block = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, block++) {
        const first = 2 * x + fx * (2 * y + fy * 2 * z)
        sums.fill(4)
        let [within, dense, total] = [0, 0, 0]
        for (const corner of corners) {
          const at = first + corner
          within += inside[at]
          total += values[at]
          if (values[at] > SEEN_HU) dense = 1
          for (let c = 0; c < MIND_CHANNELS; c++) sums[c] += fine[at * MIND_CHANNELS + c]
        }
        for (let c = 0; c < MIND_CHANNELS; c++) data[block * MIND_CHANNELS + c] = sums[c] >> 3
        seen[block] = within >= 4 ? dense : 0
        firm[block] = seen[block] === 1 && total > 8 * FIRM_HU ? 1 : 0
      }
    }
  }
  return { map, low, size, data, seen, firm }
}
