import type { DescribedQuery } from './describe.js'
import type { ChannelGrid } from './grid.js'
import { openKernels } from './kernels.js'
import { layPair } from './layPair.js'

/**
 * Improves displacements by a few steps of Adam (Kingma and Ba, ICLR 2015) on descriptor difference plus bending, as
 * ConvexAdam does (Siebert et al., IEEE TMI 2024). The field is always seen through a smoothing of 3 x 3 x 3 blocks.
 * @returns displacements in template cells
 */
export function adamDeform(
  query: DescribedQuery,
  template: ChannelGrid,
  start: Float32Array,
  steps: number,
): Float32Array {
  const kernels = openKernels()
  const field = kernels.put(start)
  kernels.call('adamDeform', layPair(kernels, query, template), steps, field)
  return kernels.floatsAt(field, start.length)
}
