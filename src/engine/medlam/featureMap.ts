import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { FeatureOutput } from '../../shared/modelCard.js'
import { salVoxel, type SalVoxel } from './salFrame.js'

/**
 * A grid of vectors over part of a prepared volume: `data[((c * d + z) * h + y) * w + x]`.
 * Cell (i, j, k) sits at voxel `originVoxel + stride * (i, j, k)` of the prepared volume.
 */
export interface FeatureMap {
  readonly data: Float32Array
  readonly channels: number
  /** Cells per axis [d, h, w]. */
  readonly size: Size3
  readonly originVoxel: SalVoxel
  readonly strideVoxels: number
}

/** Makes every vector of a feature map unit length, in place; zero vectors stay zero. */
export function normaliseFeatureMap(featureMap: FeatureMap): FeatureMap {
  const { data, channels } = featureMap
  const cells = featureMap.size[0] * featureMap.size[1] * featureMap.size[2]
  const norm = new Float32Array(cells)
  for (let c = 0; c < channels; c++) {
    const base = c * cells
    for (let i = 0; i < cells; i++) norm[i] += data[base + i] * data[base + i]
  }
  for (let i = 0; i < cells; i++) norm[i] = norm[i] > 1e-24 ? 1 / Math.sqrt(norm[i]) : 0
  for (let c = 0; c < channels; c++) {
    const base = c * cells
    for (let i = 0; i < cells; i++) data[base + i] *= norm[i]
  }
  return featureMap
}

/** Trilinear sample of all channels at a voxel position; outside the map its border is repeated. */
export function sampleFeatureMap(featureMap: FeatureMap, voxel: SalVoxel): Float32Array {
  const { data, channels, size, originVoxel, strideVoxels } = featureMap
  const index: number[] = []
  const weight: number[] = []
  for (let axis = 0; axis < 3; axis++) {
    const at = Math.min(Math.max((voxel[axis] - originVoxel[axis]) / strideVoxels, 0), size[axis] - 1)
    const low = Math.min(Math.floor(at), Math.max(size[axis] - 2, 0))
    index.push(low, Math.min(low + 1, size[axis] - 1))
    weight.push(1 - (at - low), at - low)
  }
  const out = new Float32Array(channels)
  const cells = size[0] * size[1] * size[2]
  for (let corner = 0; corner < 8; corner++) {
    const [dz, dy, dx] = [corner >> 2, (corner >> 1) & 1, corner & 1]
    const w = weight[dz] * weight[2 + dy] * weight[4 + dx]
    if (w === 0) continue
    const cell = (index[dz] * size[1] + index[2 + dy]) * size[2] + index[4 + dx]
    for (let c = 0; c < channels; c++) out[c] += w * data[c * cells + cell]
  }
  return out
}

/**
 * The descriptor of a point: unit feature vectors at the `kernelSide`^3 cells around it (docs/method.md, section 3.3),
 * sampled at the exact sub-voxel position. Layout `[channel][z][y][x]`, as a convolution kernel.
 */
export function describePoint(
  featureMap: FeatureMap,
  output: Pick<FeatureOutput, 'kernelSide'>,
  voxel: SalVoxel,
): Float32Array {
  const k = output.kernelSide
  const cube = k * k * k
  const out = new Float32Array(featureMap.channels * cube)
  const half = (k - 1) / 2
  for (let n = 0; n < cube; n++) {
    const cell = [Math.floor(n / (k * k)), Math.floor(n / k) % k, n % k] as const
    const at = salVoxel(...mapAxes((axis) => voxel[axis] + (cell[axis] - half) * featureMap.strideVoxels))
    const vector = sampleFeatureMap(featureMap, at)
    let norm = 0
    for (const value of vector) norm += value * value
    const scale = norm > 1e-24 ? 1 / Math.sqrt(norm) : 0
    for (let c = 0; c < featureMap.channels; c++) out[c * cube + n] = vector[c] * scale
  }
  return out
}
