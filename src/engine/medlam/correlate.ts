import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { Network } from '../runtime/network.js'
import type { FeatureMap } from './featureMap.js'
import { salVoxel, type SalVoxel } from './salFrame.js'

/** Similarity of several descriptors at a lattice of positions: `maps[n][(z * h + y) * w + x]`. */
export interface SimilarityMaps {
  readonly maps: readonly Float32Array[]
  readonly size: Size3
  /** Voxel of the prepared volume whose neighbourhood lattice cell (0,0,0) compared. */
  readonly originVoxel: SalVoxel
  readonly strideVoxels: number
}

/** Descriptors of one scale as convolution kernels. */
interface Kernels {
  /** Unit vectors, `[channel][side][side][side]` per descriptor. */
  readonly weights: readonly Float32Array[]
  readonly side: number
}

/**
 * Compares descriptors with a feature map: at every lattice position the mean over the kernel cube of the
 * cosine similarity of template and scan (docs/method.md, section 5), so the values lie in [-1, 1].
 *
 * @param network the convolution graph `models/correlate.onnx`
 * @param featureMap unit vectors; the part within `radiusVoxels` of `centre` is used
 * @returns null when the map does not reach the window
 */
export async function correlate(
  network: Network,
  featureMap: FeatureMap,
  { weights, side }: Kernels,
  centre: SalVoxel,
  radiusVoxels: number,
): Promise<SimilarityMaps | null> {
  const { channels, strideVoxels } = featureMap
  const half = (side - 1) / 2
  const reach = radiusVoxels / strideVoxels
  const at = mapAxes((axis) => (centre[axis] - featureMap.originVoxel[axis]) / strideVoxels)
  const from = mapAxes((axis) => Math.max(0, Math.floor(at[axis] - reach - half)))
  const last = mapAxes((axis) => Math.min(featureMap.size[axis] - 1, Math.ceil(at[axis] + reach + half)))
  const count = mapAxes((axis) => last[axis] - from[axis] + 1)
  if (count.some((cells) => cells < side)) return null
  const cube = side ** 3
  const kernels = new Float32Array(weights.length * channels * cube)
  weights.forEach((descriptor, n) => {
    kernels.set(descriptor, n * channels * cube)
  })
  for (let i = 0; i < kernels.length; i++) kernels[i] /= cube
  const outputs = await network.run({
    // The name of the input in models/correlate.onnx.
    field: { data: cutFeatureMap(featureMap, from, count), dims: [1, channels, ...count] },
    kernels: { data: kernels, dims: [weights.length, channels, side, side, side] },
  })
  const similarity = outputs['similarity'].data
  if (!(similarity instanceof Float32Array)) return null
  const size = mapAxes((axis) => count[axis] - side + 1)
  const cells = size[0] * size[1] * size[2]
  return {
    maps: weights.map((_, n) => similarity.subarray(n * cells, (n + 1) * cells)),
    size,
    originVoxel: salVoxel(...mapAxes((axis) => featureMap.originVoxel[axis] + (from[axis] + half) * strideVoxels)),
    strideVoxels,
  }
}

function cutFeatureMap({ data, channels, size }: FeatureMap, from: Size3, count: Size3): Float32Array {
  const [, h, w] = size
  const out = new Float32Array(channels * count[0] * count[1] * count[2])
  let at = 0
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < count[0]; z++) {
      for (let y = 0; y < count[1]; y++) {
        const row = ((c * size[0] + from[0] + z) * h + from[1] + y) * w + from[2]
        out.set(data.subarray(row, row + count[2]), at)
        at += count[2]
      }
    }
  }
  return out
}
