import { cellCount, type Grid } from './grid.js'
import type { Kernels } from './kernels.js'

/** Channels of a MIND-SSC descriptor. */
export const MIND_CHANNELS = 12
/** Bytes of a cell as kernels hold it: a vector, filled up with 0. */
const CELL_BYTES = 16
/** HU outside this range is clipped: alignment sees lung, fat, soft tissue and bone edges alike. */
const CLIP_HU = [-900, 350] as const
/** Least noise of a patch of 27 cells, in HU^2 summed over it: 3 HU, less than any CT has. */
const LEAST_NOISE = 27 * 9

/**
 * Self-similarity context descriptors (MIND-SSC; Heinrich et al., MICCAI 2013): how unlike each other the six
 * neighbours of a cell are, in patches of 3 x 3 x 3, relative to the mean of all twelve pairs there; then means over
 * 2 x 2 x 2 cells, for every `step`th cell.
 * @param values address of HU as float32 on the grid
 * @returns address of twelve bytes per such cell, 255 for like
 */
export function mindSsc(kernels: Kernels, values: number, { size }: Pick<Grid, 'size'>, step: 1 | 2): number {
  const fine = kernels.room(CELL_BYTES * cellCount({ size }))
  kernels.call('mindSsc', values, ...size, ...CLIP_HU, LEAST_NOISE, fine)
  const [nx, ny, nz] = size.map((cells) => Math.ceil(cells / step))
  const out = kernels.room(MIND_CHANNELS * nx * ny * nz)
  kernels.call('averageCells', fine, ...size, step, out)
  return out
}
