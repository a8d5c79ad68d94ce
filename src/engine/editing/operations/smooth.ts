import { maskWhere, type SpacedMask } from './structureMask.js'

/** Steps of the level at which the blurred mask is cut. */
const LEVELS = 1 << 16

/** Farther away than this many standard deviations a Gaussian adds nothing that is seen. */
export const REACH = 3

/**
 * The mask blurred with a Gaussian and cut at the level that keeps its volume. Borders of the block weigh as much as
 * what lies inside of them, so that what ends there stays.
 * @param sigmaMm standard deviation
 */
export function smooth(mask: SpacedMask, sigmaMm: number): Uint8Array {
  const { data, size, spacingMm } = mask
  const strides = [1, size[0], size[0] * size[1]]
  const blurred = new Float32Array(data)
  for (const axis of [0, 1, 2] as const)
    blurAlong(blurred, size[axis], strides[axis], gaussian(sigmaMm / spacingMm[axis]))
  const level = levelOf(
    blurred,
    data.reduce((sum, value) => sum + value, 0),
  )
  return maskWhere(blurred, (value) => value > 0 && value >= level)
}

/** Weights of a voxel, in the middle, and of its neighbours. */
function gaussian(sigma: number): Float64Array {
  const reach = Math.ceil(REACH * sigma)
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / sigma) ** 2) / 2))
}

/** Blurs every line of voxels along an axis, in place. */
function blurAlong(values: Float32Array, count: number, stride: number, weights: Float64Array): void {
  const reach = weights.length >> 1
  const line = new Float32Array(count)
  const ends = Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.max(0, i - reach), Math.min(count - 1, i + reach)]
    let weight = 0
    for (let j = from; j <= to; j++) weight += weights[j - i + reach]
    return { from, to, weight }
  })
  for (let first = 0; first < values.length; first++) {
    if (Math.floor(first / stride) % count !== 0) continue
    let sum = 0
    for (let i = 0; i < count; i++) sum += line[i] = values[first + i * stride]
    if (sum === 0) continue
    for (let i = 0; i < count; i++) {
      const { from, to, weight } = ends[i]
      let value = 0
      for (let j = from; j <= to; j++) value += weights[j - i + reach] * line[j]
      values[first + i * stride] = value / weight
    }
  }
}

/** The level that is reached by as near to so many voxels as levels allow. */
function levelOf(values: Float32Array, voxels: number): number {
  const counts = new Uint32Array(LEVELS + 1)
  for (const value of values) if (value > 0) counts[Math.floor(value * LEVELS)]++
  let [level, reached] = [LEVELS + 1, 0]
  while (level > 0 && reached + counts[level - 1] / 2 < voxels) reached += counts[--level]
  return level / LEVELS
}
