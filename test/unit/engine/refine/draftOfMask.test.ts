import { describe, expect, it } from 'vitest'
import { draftShareAt } from '../../../../src/engine/volume/draftMask.js'
import { draftOfMask } from '../../../../src/engine/refine/draftOfMask.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

/** A block of 20 x 24 x 12 mm from RAS (10, 8, 6) on, with its lower front left out. */
const size = [40, 20, 10] as const
const isInside = ([x, y, z]: readonly number[]): boolean =>
  x >= 10 && x < 30 && y >= 4 && y < 16 && z >= 2 && z < 6 && !(y >= 10 && z < 4)
const data = Uint8Array.from({ length: 40 * 20 * 10 }, (_, at) =>
  isInside([at % 40, Math.floor(at / 40) % 20, Math.floor(at / 800)]) ? 3 : 0,
)
const labels = { data, size, affine: [1, 0, 0, 0.5, 0, 2, 0, 1, 0, 0, 3, 1.5, 0, 0, 0, 1] as const }

describe('the draft of a mask', () => {
  it.each(ORIENTATIONS.filter((_, i) => i % 11 === 0))('lies where the mask lies, stored as $name', (order) => {
    const made = draftOfMask(storeAs(labels, order), 3)
    expect(made?.boxMm).toEqual({ min: [10, 8, 6], max: [30, 32, 18] })
    if (made === null) return
    const { draft } = made
    expect(draftShareAt(draft, [20, 14, 12])).toBeCloseTo(1)
    expect(draftShareAt(draft, [20, 28, 15])).toBeGreaterThan(0.8)
    expect(draftShareAt(draft, [20, 28, 8])).toBeLessThan(0.1)
    expect(draftShareAt(draft, [4, 14, 12])).toBe(0)
    // On the border nobody knows.
    expect(Math.abs(draftShareAt(draft, [10, 14, 12]) - draft.level)).toBeLessThan(0.1)
  })

  it('is none where there is no mask', () => {
    expect(draftOfMask(labels, 4)).toBeNull()
  })
})
