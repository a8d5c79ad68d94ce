import { expect, it } from 'vitest'
import { draftShareAt, type DraftMask } from '../../../../src/engine/volume/draftMask.js'
import { stretchDraft } from '../../../../src/engine/volume/stretchDraft.js'
import type { BoxMm } from '../../../../src/shared/geometry/points.js'

const draft: DraftMask = {
  originMm: [1, 1, 1],
  spacingMm: 2,
  size: [5, 5, 5],
  data: new Uint8Array(125).fill(255),
  level: 0.5,
}
const from: BoxMm = { min: [0, 0, 0], max: [10, 10, 10] }

it('puts what lay in the old box of a draft into the new one, and nothing elsewhere', () => {
  const to: BoxMm = { min: [0, -10, 0], max: [10, 10, 4] }
  const stretched = stretchDraft(draft, from, to)
  expect(stretched.spacingMm).toBe(2)
  for (const inside of [
    [5, -8, 2],
    [5, 8, 2],
    [5, 0, 3],
  ] as const)
    expect(draftShareAt(stretched, inside)).toBeGreaterThan(0.5)
  for (const outside of [
    [5, 0, 6],
    [5, -13, 2],
    [13, 0, 2],
  ] as const)
    expect(draftShareAt(stretched, outside)).toBeLessThan(0.5)
})

it('leaves a draft where it is whose box stays', () => {
  const same = stretchDraft(draft, from, from)
  for (const point of [
    [5, 5, 5],
    [0.5, 9, 5],
    [9.9, 5, 5],
    [11, 5, 5],
  ] as const)
    expect(draftShareAt(same, point)).toBeCloseTo(draftShareAt(draft, point), 1)
})
