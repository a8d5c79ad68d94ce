import type { DescribedQuery } from './describe.js'
import type { ChannelGrid } from './grid.js'
import { openKernels } from './kernels.js'
import { layPair } from './layPair.js'

/** How strongly the best match is drawn to the smooth field in each round, in cost per squared cell (ConvexAdam). */
const COUPLINGS = Float32Array.of(0.003, 0.01, 0.03, 0.1, 0.3, 1)

/**
 * Smooth displacements that match a query to a template. Costs of all displacements in a cube, each the squared
 * difference of descriptors, averaged over the seen ones of 3 x 3 x 3 blocks; then best match and smoothness in turn,
 * ever more coupled (Heinrich et al., WBIR 2014; ConvexAdam, Siebert et al., IEEE TMI 2024).
 * @param reach displacements go from -reach to reach cells along each axis
 * @param base the middle of each block's cube, in template cells relative to the block's place, x, y, z side by side;
 *   none for 0
 * @returns displacements in template cells, x, y, z of a block side by side
 */
export function matchBlocks(
  query: DescribedQuery,
  template: ChannelGrid,
  reach: number,
  base: Int16Array | null,
): Float32Array {
  const kernels = openKernels()
  const pair = layPair(kernels, query, template)
  const count = 3 * query.seen.length
  const field = kernels.room(4 * count)
  const middles = base === null ? 0 : kernels.put(base)
  kernels.call('matchBlocks', pair, middles, reach, kernels.put(COUPLINGS), COUPLINGS.length, field)
  return kernels.floatsAt(field, count)
}
