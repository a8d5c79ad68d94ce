import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bootstrapInterval,
  mean,
  median,
  medianInPlace,
  quantileOfSorted,
  spearman,
  standardDeviation,
  summarize,
} from '../../../../src/engine/numeric/statistics.js'

describe('statistics', () => {
  it('are those computed by hand', () => {
    expect([mean([1, 2, 6]), median([5, 1, 2, 4]), standardDeviation([1, 3])]).toEqual([3, 3, 1])
    // NumPy: np.percentile([1, 2, 3, 4], 95) = 3.85
    expect(quantileOfSorted([1, 2, 3, 4], 0.95)).toBeCloseTo(3.85, 12)
    expect(
      [spearman([1, 2, 3], [10, 20, 30]), spearman([1, 2, 3], [3, 2, 1])].map((r) => Number(r.toFixed(12))),
    ).toEqual([1, -1])
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) = 0.9486832980505138
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12)
    expect(summarize([], 1)).toBeNull()
    expect(summarize([0.5], 1)).toEqual({ n: 1, mean: 0.5, std: 0, median: 0.5, low: 0.5, high: 0.5 })
  })

  it('have a bootstrap interval that is repeatable, holds the mean and is as wide as theory says', () => {
    const values = Array.from({ length: 400 }, (_, i) => Math.sin(i * 12.9898) * 3 + 5)
    const interval = bootstrapInterval(values.length, (drawn) => mean(drawn.map((i) => values[i])), 7)
    expect(bootstrapInterval(values.length, (drawn) => mean(drawn.map((i) => values[i])), 7)).toEqual(interval)
    const half = (1.96 * standardDeviation(values)) / 20
    expect(interval[0]).toBeCloseTo(mean(values) - half, 1)
    expect(interval[1]).toBeCloseTo(mean(values) + half, 1)
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), (some) => {
        const summary = summarize(some, 3)
        expect(summary?.low).toBeLessThanOrEqual((summary?.mean ?? 0) + 1e-12)
        expect(summary?.high).toBeGreaterThanOrEqual((summary?.mean ?? 0) - 1e-12)
      }),
      { numRuns: 20 },
    )
  })

  it('take the mean of the two middle values for an even count', () => {
    expect(medianInPlace(Float64Array.of(4, 1, 3, 2))).toBe(2.5)
    expect(medianInPlace(new Float64Array())).toBeNaN()
  })
})
