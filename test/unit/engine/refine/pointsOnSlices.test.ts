import { describe, expect, it } from 'vitest'
import { pointsOnSlices } from '../../../../src/engine/refine/pointsOnSlices.js'
import { axialView } from '../../../../src/engine/sam/slices/axialView.js'

/** 1 x 2 x 3 mm, RAS: columns run to the left, rows to posterior. */
const view = axialView({ size: [10, 8, 6], affine: [1, 0, 0, -5, 0, 2, 0, -8, 0, 0, 3, -9, 0, 0, 0, 1] })

describe('points on slices', () => {
  it('lie in the pixels that show them, together by slice', () => {
    const points = [
      { pointMm: [-5, -8, -9], isInside: true },
      { pointMm: [4, 6, -8], isInside: false },
      { pointMm: [-0.25, -1, 6], isInside: true },
    ] as const
    expect([...pointsOnSlices(view, points)]).toEqual([
      [
        0,
        [
          { x: 9.5, y: 7.5, isInside: true },
          { x: 0.5, y: 0.5, isInside: false },
        ],
      ],
      [5, [{ x: 4.75, y: 4, isInside: true }]],
    ])
  })

  it('are still in the last pixel on its far edge, and not beyond', () => {
    const onEdge = pointsOnSlices(view, [{ pointMm: [-5.5, -9, -10.5], isInside: true }]).get(0)
    expect(Math.floor(onEdge?.[0].x ?? NaN)).toBe(9)
    expect(Math.floor(onEdge?.[0].y ?? NaN)).toBe(7)
    for (const pointMm of [
      [-5.6, 0, 0],
      [0, 7.1, 0],
      [0, 0, 7.6],
      [NaN, 0, 0],
    ] as const)
      expect(() => pointsOnSlices(view, [{ pointMm, isInside: true }])).toThrow('outside of the scan')
  })
})
