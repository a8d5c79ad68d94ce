import { describe, expect, it } from 'vitest'
import { boxPerSliceOfDraft } from '../../../../../src/engine/sam/prompts/draftBoxes.js'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import type { DraftMask } from '../../../../../src/engine/volume/draftMask.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

/** Voxels of 1 mm from RAS [0, 0, 0] on: 20 x 16 x 12. */
const SIZE = [20, 16, 12] as const
const view = axialView({ size: SIZE, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] })

/** A draft of two plates: x 4 to 9 and y 5 to 7 below, x 12 to 15 and y 2 to 3 above (mm, voxel middles included). */
const draft: DraftMask = {
  originMm: [0, 0, 0],
  spacingMm: 1,
  size: SIZE,
  data: Uint8Array.from({ length: 20 * 16 * 12 }, (_, i) => {
    const [x, y, z] = [i % 20, Math.floor(i / 20) % 16, Math.floor(i / 320)]
    const low = z >= 3 && z <= 5 && x >= 4 && x <= 9 && y >= 5 && y <= 7
    const high = z >= 6 && z <= 7 && x >= 12 && x <= 15 && y >= 2 && y <= 3
    return low || high ? 255 : 0
  }),
  level: 0.5,
}

describe('boxes of a draft', () => {
  it('are on each slice as wide as the draft is there', () => {
    const boxes = boxPerSliceOfDraft(view, draft, [0, 0, 0])
    expect([...boxes.keys()]).toEqual([3, 4, 5, 6, 7])
    // Columns run to the patient's left, which is -x, rows to posterior, -y.
    expect(boxes.get(4)).toEqual({ x0: 19 - 9, x1: 20 - 4, y0: 15 - 7, y1: 16 - 5 })
    expect(boxes.get(6)).toEqual({ x0: 19 - 15, x1: 20 - 12, y0: 15 - 3, y1: 16 - 2 })
  })

  it('grow by a margin, along S at the ends only, and stay in the view', () => {
    const boxes = boxPerSliceOfDraft(view, draft, [1, 3, 2])
    expect([...boxes.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(boxes.get(1)).toEqual(boxes.get(3))
    expect(boxes.get(9)).toEqual({ x0: 3, x1: 9, y0: 9, y1: 16 })
  })

  it.each(ORIENTATIONS)('are the same in a scan stored as $name', (order) => {
    const affine = orientedAffine(order, SIZE, [1, 1, 1])
    const stored = axialView({ size: SIZE, affine })
    const there = orientedAffine(ORIENTATIONS[0], SIZE, [1, 1, 1])
    const moved: DraftMask = { ...draft, originMm: [there[3], there[7], there[11]] }
    const straight = boxPerSliceOfDraft(axialView({ size: SIZE, affine: there }), moved, [0, 0, 0])
    const turned = boxPerSliceOfDraft(stored, moved, [0, 0, 0])
    const mm = (boxes: typeof straight): number[] =>
      [...boxes.values()].map(({ x0, x1, y0, y1 }) => (x1 - x0) * 100 + (y1 - y0))
    expect(mm(turned)).toEqual(mm(straight))
  })

  it('are none where the draft lies outside', () => {
    expect(boxPerSliceOfDraft(view, { ...draft, originMm: [500, 0, 0] }, [0, 0, 0]).size).toBe(0)
  })
})
