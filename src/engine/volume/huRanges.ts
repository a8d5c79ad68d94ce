import type { BoxVoxel } from '../../protocol/structure.js'
import type { LabelVolume, Volume } from './volume.js'

const LOWEST_HU = -1024
const HIGHEST_HU = 3071
const BINS = HIGHEST_HU - LOWEST_HU + 1

/** Shares of a drawn organ that may be left off at either end: drawings include a rim that is not the organ. */
const TAILS = [0.03, 0.05, 0.07, 0.1, 0.13] as const
/** What leaving off all the surroundings is worth in shares of the organ; low, since the mask has cut most of them already. */
const SURROUNDINGS_WORTH = 0.3

/**
 * The HU between which a drawn organ is best told from what else lies in its box: a small share of it is left
 * off at either end, more only where that leaves off a larger share of the surroundings. An organ like its
 * surroundings gets a wide range, bone among muscle a narrow one.
 * @param labels on the grid of the scan
 */
export function huRangeOfLabel(
  scan: Pick<Volume<Int16Array | Float32Array>, 'data'>,
  labels: Pick<LabelVolume, 'data' | 'size'>,
  { labelValue, boxVoxel }: { readonly labelValue: number; readonly boxVoxel: BoxVoxel },
): readonly [number, number] {
  const organ = new Float64Array(BINS)
  const others = new Float64Array(BINS)
  const { min, max } = boxVoxel
  const [nx, ny] = labels.size
  for (let z = min[2]; z <= max[2]; z++) {
    for (let y = min[1]; y <= max[1]; y++) {
      for (let x = min[0]; x <= max[0]; x++) {
        const i = x + nx * (y + ny * z)
        const bin = Math.min(HIGHEST_HU, Math.max(LOWEST_HU, Math.round(scan.data[i]))) - LOWEST_HU
        ;(labels.data[i] === labelValue ? organ : others)[bin]++
      }
    }
  }
  const total = organ.reduce((sum, count) => sum + count, 0)
  let best: readonly [number, number] = [LOWEST_HU, HIGHEST_HU]
  let bestWorth = -Infinity
  const rest = Math.max(1, others.reduce((sum, count) => sum + count, 0))
  for (const low of TAILS.map((tail) => quantileBin(organ, total, tail))) {
    for (const high of TAILS.map((tail) => quantileBin(organ, total, 1 - tail))) {
      const worth = countBetween(organ, low, high) / total - (SURROUNDINGS_WORTH * countBetween(others, low, high)) / rest
      if (worth <= bestWorth) continue
      bestWorth = worth
      best = [LOWEST_HU + low, LOWEST_HU + high]
    }
  }
  return best
}

function quantileBin(histogram: Float64Array, total: number, share: number): number {
  let before = 0
  for (let bin = 0; bin < histogram.length; bin++) {
    before += histogram[bin]
    if (before > 0 && before >= share * total) return bin
  }
  return histogram.length - 1
}

function countBetween(histogram: Float64Array, low: number, high: number): number {
  let sum = 0
  for (let bin = low; bin <= high; bin++) sum += histogram[bin]
  return sum
}
