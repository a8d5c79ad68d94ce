import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { invertMap, mapBox, type AffineMap } from './affineMap.js'
import { cellCount, gridBox, gridOver, perAxis, type ChannelGrid, type Grid, type GridVolume } from './grid.js'
import { openKernels } from './kernels.js'
import { MIND_CHANNELS, mindSsc } from './mindSsc.js'
import { sampleVolume } from './sampleVolume.js'

/** What is denser than this anywhere in a cell of the query is compared: all but air. In HU. */
const SEEN_HU = -900
/** What is denser than this on average holds the affine fit: all but air and lung. In HU. */
const FIRM_HU = -300
/** The query's part beyond the template that is still described, in cells of the template. */
const MARGIN_CELLS = 4

/**
 * Descriptors of a template at one spacing, averaged over 2 x 2 x 2 cells: the value of cell i is the mean of cells
 * i and i + 1 along each axis, so the origin lies half a cell further.
 */
export function describeTemplate(volume: GridVolume, spacingMm: number): ChannelGrid {
  const grid = gridOver(gridBox(volume), spacingMm)
  const kernels = openKernels()
  const cells = mindSsc(kernels, sampleVolume(kernels, volume, grid).values, grid, 1)
  const originMm: PointMm = perAxis((axis) => grid.originMm[axis] + spacingMm / 2)
  return {
    ...grid,
    originMm,
    channels: MIND_CHANNELS,
    data: kernels.bytesAt(cells, MIND_CHANNELS * cellCount(grid)),
  }
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
  const kernels = openKernels()
  const { values, inside } = sampleVolume(kernels, query, grid, invertMap(map))
  const cells = mindSsc(kernels, values, grid, 2)
  const blocks = cellCount({ size })
  const [seen, firm] = [kernels.room(blocks), kernels.room(blocks)]
  kernels.call('lookAtBlocks', values, inside, ...grid.size, SEEN_HU, FIRM_HU, seen, firm)
  return {
    map,
    low,
    size,
    data: kernels.bytesAt(cells, MIND_CHANNELS * blocks),
    seen: kernels.bytesAt(seen, blocks),
    firm: kernels.bytesAt(firm, blocks),
  }
}
