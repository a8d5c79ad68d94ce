import type { Network } from '../runtime/network.js'
import type { FeatureMap } from './featureMap.js'
import type { Sal } from './salFrame.js'

/** Similarity of several descriptors at a lattice of positions: `maps[n][(z * h + y) * w + x]`. */
export interface SimilarityMaps {
  readonly maps: readonly Float32Array[]
  readonly size: Sal
  /** Voxel of the prepared volume whose neighbourhood lattice cell (0,0,0) compared. */
  readonly originVoxel: Sal
  readonly strideVoxels: number
}

/**
 * Compares descriptors with a field: at every lattice position the mean over the kernel cube of the
 * cosine similarity of template and scan (spec section 5), so the values lie in [-1, 1].
 *
 * @param field unit vectors; the part within `radiusVoxels` of `centre` is used
 * @param descriptors kernels `[channel][k][k][k]` of unit vectors
 * @returns null when the field does not reach the window
 */
export async function correlate(
  network: Network,
  featureMap: FeatureMap,
  descriptors: readonly Float32Array[],
  kernelSide: number,
  centre: Sal,
  radiusVoxels: number,
): Promise<SimilarityMaps | null> {
  const half = (kernelSide - 1) / 2
  const from: number[] = []
  const count: number[] = []
  for (let axis = 0; axis < 3; axis++) {
    const at = (centre[axis] - featureMap.originVoxel[axis]) / featureMap.strideVoxels
    const reach = radiusVoxels / featureMap.strideVoxels
    const low = Math.max(0, Math.floor(at - reach - half))
    const high = Math.min(featureMap.size[axis] - 1, Math.ceil(at + reach + half))
    if (high - low + 1 < kernelSide) return null
    from.push(low)
    count.push(high - low + 1)
  }
  const window = cutFeatureMap(featureMap, from, count)
  const cube = kernelSide ** 3
  const kernels = new Float32Array(descriptors.length * featureMap.channels * cube)
  descriptors.forEach((descriptor, n) => {
    kernels.set(descriptor, n * featureMap.channels * cube)
  })
  for (let i = 0; i < kernels.length; i++) kernels[i] /= cube
  // The names are those of the graph's inputs.
  const outputs = await network.run({
    field: { data: window, dims: [1, featureMap.channels, ...count] },
    kernels: { data: kernels, dims: [descriptors.length, featureMap.channels, kernelSide, kernelSide, kernelSide] },
  })
  const similarity = outputs['similarity'].data
  if (!(similarity instanceof Float32Array)) return null
  const size: Sal = [count[0] - kernelSide + 1, count[1] - kernelSide + 1, count[2] - kernelSide + 1]
  const cells = size[0] * size[1] * size[2]
  return {
    maps: descriptors.map((_, n) => similarity.subarray(n * cells, (n + 1) * cells)),
    size,
    originVoxel: [
      featureMap.originVoxel[0] + (from[0] + half) * featureMap.strideVoxels,
      featureMap.originVoxel[1] + (from[1] + half) * featureMap.strideVoxels,
      featureMap.originVoxel[2] + (from[2] + half) * featureMap.strideVoxels,
    ],
    strideVoxels: featureMap.strideVoxels,
  }
}

function cutFeatureMap(featureMap: FeatureMap, from: readonly number[], count: readonly number[]): Float32Array {
  const [d, h, w] = featureMap.size
  const out = new Float32Array(featureMap.channels * count[0] * count[1] * count[2])
  let at = 0
  for (let c = 0; c < featureMap.channels; c++) {
    for (let z = 0; z < count[0]; z++) {
      for (let y = 0; y < count[1]; y++) {
        const row = ((c * d + from[0] + z) * h + from[1] + y) * w + from[2]
        out.set(featureMap.data.subarray(row, row + count[2]), at)
        at += count[2]
      }
    }
  }
  return out
}
