import { describe, expect, it } from 'vitest'
import { reliabilityOf, withinShareAt, type MeasuredBox } from '../../../../src/engine/medlam/reliability.js'

/** So many boxes of one confidence, of which a share is within 5 mm. */
const boxes = (count: number, confidence: number, share: number): MeasuredBox[] =>
  Array.from({ length: count }, (_, i) => ({ confidence, errorMm: i < share * count ? 5 : 5.1 }))

describe('what a confidence is worth', () => {
  it('is the share of boxes within 5 mm that were found with it', () => {
    const steps = reliabilityOf([...boxes(50, 0.8, 0.9), ...boxes(50, 0.4, 0.2)])
    expect(steps.map(({ boxes: n }) => n)).toEqual([50, 50])
    expect(steps.map(({ withinShare }) => withinShare)).toEqual([0.2, 0.9])
    expect(withinShareAt(steps, 0.6)).toBeCloseTo(0.55, 6)
    expect(withinShareAt(steps, 0.1)).toBe(0.2)
    expect(withinShareAt(steps, 1)).toBe(0.9)
  })

  it('never falls while confidence rises', () => {
    const steps = reliabilityOf([...boxes(25, 0.3, 0.4), ...boxes(25, 0.5, 0.8), ...boxes(25, 0.7, 0.6)])
    expect(steps).toEqual([
      { confidence: 0.3, withinShare: 0.4, boxes: 25 },
      { confidence: 0.6, withinShare: 0.7, boxes: 50 },
    ])
  })

  it('is not known from a few boxes', () => {
    expect(reliabilityOf(boxes(24, 0.5, 1))).toEqual([])
    expect(withinShareAt([], 0.5)).toBeNull()
  })
})
