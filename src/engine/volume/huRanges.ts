import type { LabelVolume, Volume } from './volume.js'

const LOWEST_HU = -1024
const HIGHEST_HU = 3071

/**
 * The HU between which each label's voxels lie when a share of them is left off at either end.
 * @param labels on the grid of the scan
 * @param tail share left off at each end, 0 to 0.5
 */
export function huRangesOfLabels(
  scan: Pick<Volume<Int16Array | Float32Array>, 'data'>,
  labels: Pick<LabelVolume, 'data'>,
  tail: number,
): Map<number, readonly [number, number]> {
  const histograms = new Map<number, Uint32Array>()
  for (let i = 0; i < labels.data.length; i++) {
    const value = labels.data[i]
    if (value === 0) continue
    let histogram = histograms.get(value)
    if (histogram === undefined) {
      histogram = new Uint32Array(HIGHEST_HU - LOWEST_HU + 1)
      histograms.set(value, histogram)
    }
    histogram[Math.min(HIGHEST_HU, Math.max(LOWEST_HU, Math.round(scan.data[i]))) - LOWEST_HU]++
  }
  return new Map([...histograms].map(([value, histogram]) => [value, [quantile(histogram, tail), quantile(histogram, 1 - tail)] as const]))
}

function quantile(histogram: Uint32Array, share: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  let before = 0
  for (let i = 0; i < histogram.length; i++) {
    before += histogram[i]
    if (before >= share * total && before > 0) return LOWEST_HU + i
  }
  return HIGHEST_HU
}
