import { makeRandom } from './random.js'

/** What one measure is like over cases. */
export interface Summary {
  /** Cases it was measured in. */
  readonly n: number
  readonly mean: number
  /** Standard deviation over the cases (divided by n, as NumPy and the paper's tables do). */
  readonly std: number
  readonly median: number
  /** Bootstrap 95 % interval of the mean. */
  readonly low: number
  readonly high: number
}

/** Draws of the bootstrap; more move the interval's ends by less than the figures shown. */
const RESAMPLES = 2000

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard deviation, divided by n. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

/** The value below which a share of sorted values lies, interpolated linearly between two of them (NumPy's default). */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}

/** Median of numbers; mean of the two middle ones for an even count, NaN for none. Sorts its argument. */
export function medianInPlace(values: Float64Array): number {
  const n = values.length
  if (n === 0) return NaN
  values.sort()
  return n % 2 === 1 ? values[(n - 1) / 2] : (values[n / 2 - 1] + values[n / 2]) / 2
}

/**
 * 95 % interval of a statistic by the percentile bootstrap (Efron 1979): cases are drawn with replacement.
 * The same seed gives the same interval.
 * @param count how many cases there are to draw from
 * @param statistic of the cases drawn, given as indices
 */
export function bootstrapInterval(
  count: number,
  statistic: (drawn: readonly number[]) => number,
  seed: number,
): readonly [number, number] {
  const random = makeRandom(seed)
  const values = Float64Array.from({ length: RESAMPLES }, () =>
    statistic(Array.from({ length: count }, () => Math.floor(random() * count))),
  )
  // A draw in which nothing was measured says nothing.
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  return [quantileOfSorted(sorted, 0.025), quantileOfSorted(sorted, 0.975)]
}

/** Summary of a measure over cases; null when no case has it. */
export function summarize(values: readonly number[], seed: number): Summary | null {
  if (values.length === 0) return null
  const [low, high] = bootstrapInterval(values.length, (drawn) => mean(drawn.map((i) => values[i])), seed)
  return { n: values.length, mean: mean(values), std: standardDeviation(values), median: median(values), low, high }
}

/**
 * Rank correlation of Spearman with mean ranks for ties; NaN where one side is constant or there are fewer than two
 * pairs.
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)]
  const [meanX, meanY] = [mean(x), mean(y)]
  return mean(x.map((rank, i) => (rank - meanX) * (y[i] - meanY))) / (standardDeviation(x) * standardDeviation(y))
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((p, q) => p - q)
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2)
}
