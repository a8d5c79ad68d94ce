import { describe, expect, it } from 'vitest'
import { draftShareAt, type DraftMask } from '../../../../src/engine/volume/draftMask.js'

describe('a draft', () => {
  const draft: DraftMask = {
    originMm: [10, -20, 30],
    spacingMm: 3,
    size: [2, 1, 2],
    data: Uint8Array.from([255, 0, 51, 102]),
    level: 0.5,
  }

  it('has the share of a cell in its middle, and between cells what lies between', () => {
    expect(draftShareAt(draft, [10, -20, 30])).toBe(1)
    expect(draftShareAt(draft, [13, -20, 33])).toBeCloseTo(0.4)
    expect(draftShareAt(draft, [11.5, -20, 30])).toBeCloseTo(0.5)
    expect(draftShareAt(draft, [11.5, -20, 31.5])).toBeCloseTo((1 + 0 + 0.2 + 0.4) / 4)
  })

  it('fades to nothing within one cell outside', () => {
    expect(draftShareAt(draft, [8.5, -20, 30])).toBeCloseTo(0.5)
    expect(draftShareAt(draft, [7, -20, 30])).toBe(0)
    expect(draftShareAt(draft, [10, -20, 100])).toBe(0)
  })
})
