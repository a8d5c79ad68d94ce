import type { DescribedQuery } from './describe.js'
import type { ChannelGrid } from './grid.js'
import type { Kernels } from './kernels.js'

/** Lays a described query and the descriptors of the template it lies over where kernels take them as one `Pair`; its address. */
export function layPair(kernels: Kernels, query: DescribedQuery, template: ChannelGrid): number {
  const [cells, blocks, seen] = [kernels.put(template.data), kernels.put(query.data), kernels.put(query.seen)]
  return kernels.put(Int32Array.of(cells, ...template.size, blocks, seen, ...query.size, ...query.low))
}
