import { describe, expect, it } from 'vitest'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { boxPerSlice } from '../../../../../src/engine/sam/prompts/sliceBoxes.js'
import type { BoxMm } from '../../../../../src/shared/geometry/points.js'
import type { Affine } from '../../../../../src/shared/geometry/affine.js'

/** Columns run to the left: column c is at x = 19 - c; rows to the back: row r is at y = 2 * (14 - r). */
const view = axialView({ size: [20, 15, 10], affine: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] })

/** Where a box without a margin cuts the slices. */
const cuts = (of: typeof view, box: BoxMm) => boxPerSlice(of, [box], [0, 0, 0], 'union')

describe('a box in one slice', () => {
  it('lies on pixel edges', () => {
    const oneVoxel = { min: [18.5, 25, 5] as const, max: [19.5, 27, 7] as const }
    expect(cuts(view, oneVoxel).get(2)).toEqual({ x0: 0, y0: 1, x1: 1, y1: 2 })
  })

  it('is clamped to the slice', () => {
    const cut = cuts(view, { min: [-50, -50, -50], max: [50, 50, 50] }).get(0)
    expect(cut).toEqual({ x0: 0, y0: 0, x1: 20, y1: 15 })
  })

  it('is missing beside the slice', () => {
    expect(cuts(view, { min: [0, 0, 4], max: [5, 5, 5] }).get(0)).toBeUndefined()
    expect(cuts(view, { min: [40, 0, -1], max: [50, 5, 1] }).get(0)).toBeUndefined()
  })

  it('follows the polygon in a scan with a tilted gantry', () => {
    const t = Math.PI / 9
    const tilted: Affine = [1, 0, 0, 0, 0, Math.cos(t), -Math.sin(t), 0, 0, Math.sin(t), Math.cos(t), 0, 0, 0, 0, 1]
    const oblique = axialView({ size: [40, 40, 40], affine: tilted })
    const box = { min: [10, -10, 20] as const, max: [20, 10, 26] as const }
    const found = [...cuts(oblique, box).values()]
    expect(found.length).toBeGreaterThan(8)
    for (const { x0, x1, y0, y1 } of found) {
      expect(x1 - x0).toBeCloseTo(10)
      // The box is 6 mm high, so a plane tilted by 20 degrees meets at most 6 / sin(20 deg) of its 20 mm.
      expect(y1 - y0).toBeLessThanOrEqual(6 / Math.sin(t) + 1e-9)
    }
  })
})

describe('boxPerSlice', () => {
  const box = (x0: number, x1: number, z0: number, z1: number) => ({
    min: [x0, 4, z0] as const,
    max: [x1, 10, z1] as const,
  })

  it('covers the slices whose centre the box holds, and the margin', () => {
    expect([...boxPerSlice(view, [box(5, 8, 4, 13)], [0, 0, 0], 'union').keys()]).toEqual([2, 3, 4])
    const grown = boxPerSlice(view, [box(5, 8, 4, 13)], [1, 2, 3], 'union')
    expect([...grown.keys()]).toEqual([1, 2, 3, 4, 5])
    const [plain] = boxPerSlice(view, [box(5, 8, 4, 13)], [0, 0, 0], 'union').values()
    expect(grown.get(2)).toEqual({ x0: plain.x0 - 1, y0: plain.y0 - 1, x1: plain.x1 + 1, y1: plain.y1 + 1 })
  })

  it('gives a box thinner than a slice its nearest slice', () => {
    expect([...boxPerSlice(view, [box(5, 8, 7, 7.5)], [0, 0, 0], 'union').keys()]).toEqual([2])
  })

  it('is empty outside the scan', () => {
    expect(boxPerSlice(view, [box(5, 8, 60, 70)], [2, 2, 2], 'union').size).toBe(0)
    expect(boxPerSlice(view, [box(65, 68, 4, 13)], [2, 2, 2], 'interpolate').size).toBe(0)
    expect(boxPerSlice(view, [], [2, 2, 2], 'union').size).toBe(0)
  })

  it('takes the union of the parts that cover a slice, and bridges a gap', () => {
    const boxes = boxPerSlice(view, [box(8, 10, 17, 28), box(2, 4, -1, 10)], [0, 0, 0], 'union')
    expect([...boxes.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(boxes.get(0)).toMatchObject({ x0: 15.5, x1: 17.5 })
    expect(boxes.get(9)).toMatchObject({ x0: 9.5, x1: 11.5 })
    const bridge = boxes.get(4)
    expect(bridge?.x0).toBeGreaterThan(9.5)
    expect(bridge?.x0).toBeLessThan(15.5)
    expect(boxPerSlice(view, [box(2, 4, -1, 10), box(3, 6, 8, 16)], [0, 0, 0], 'union').get(3)).toMatchObject({
      x0: 13.5,
      x1: 17.5,
    })
  })

  it('moves walls linearly between the middles of parts', () => {
    const boxes = boxPerSlice(view, [box(2, 4, 0, 6), box(8, 12, 18, 24)], [0, 0, 0], 'interpolate')
    expect(boxes.get(0)).toMatchObject({ x0: 15.5, x1: 17.5 })
    expect(boxes.get(1)).toMatchObject({ x0: 15.5, x1: 17.5 })
    expect(boxes.get(4)?.x1).toBeCloseTo(14.5)
    expect(boxes.get(4)?.x0).toBeCloseTo(11.5)
    expect(boxes.get(8)).toMatchObject({ x0: 7.5, x1: 11.5 })
  })
})
