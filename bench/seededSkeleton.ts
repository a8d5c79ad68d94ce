import { copyFile, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { makeRandom, uniform } from '../src/engine/numeric/random.js'
import type { SkeletonMap } from '../src/engine/models/import/skeleton.js'

/** So many random numbers are drawn and used again and again. */
const DRAWN = 1 << 20

/**
 * Fills a skeleton with seeded weights: a network of the right size that takes the right time and knows nothing.
 * @returns its map
 */
export async function seededSkeleton(skeleton: string, folder: string): Promise<SkeletonMap> {
  const map = JSON.parse(await readFile(path.join(skeleton, 'map.json'), 'utf8')) as SkeletonMap
  for (const graph of map.graphs) await copyFile(path.join(skeleton, graph), path.join(folder, graph))
  const random = makeRandom(2023)
  const drawn = Float32Array.from({ length: DRAWN }, () => uniform(random, -1, 1))
  const handle = await open(path.join(folder, map.data.file), 'w')
  try {
    for (const { shape, offset, tensor } of map.weights) {
      const count = shape.reduce((product, n) => product * n, 1)
      // As wide as keeps values from growing from layer to layer; gains of norms are 1.
      const scale = Math.sqrt(3 / Math.max(1, count / shape[0]))
      const values = Float32Array.from({ length: count }, (_, i) =>
        shape.length > 1 ? scale * drawn[i % DRAWN] : tensor.endsWith('weight') ? 1 : 0,
      )
      await handle.write(new Uint8Array(values.buffer), 0, values.byteLength, offset)
    }
    await handle.truncate(map.data.sizeBytes)
  } finally {
    await handle.close()
  }
  return map
}
