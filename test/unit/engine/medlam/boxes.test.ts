import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxOfPoints, type BoxMm } from '../../../../src/shared/geometry/points.js'
import { boxSizeMm, checkBox, moveWalls, pointsOnWalls, stretchBox } from '../../../../src/engine/medlam/boxes.js'

const mm = fc.double({ min: -500, max: 500, noNaN: true })
const point = fc.tuple(mm, mm, mm)

describe('boxes', () => {
  const box: BoxMm = { min: [-10, -20, -30], max: [10, 20, 30] }
  const points = pointsOnWalls(
    {
      inferior: [1, 2, 0],
      posterior: [1, 0, 2],
      right: [0, 1, 2],
      superior: [3, 4, 0],
      anterior: [3, 0, 4],
      left: [0, 3, 4],
    },
    box,
  )

  it('takes each wall from its own point; patient right is the larger x', () => {
    expect(boxOfPoints(points)).toEqual(box)
    expect(points.right[0]).toBe(10)
    expect(points.left[0]).toBe(-10)
  })

  it('leaves a box alone that is as large as the templates', () => {
    const checked = checkBox(box, box, [[20, 40, 60]])
    expect(checked).toEqual({ box, repaired: [] })
  })

  it('takes the coarse walls for an axis that is far too large, and says which', () => {
    const wild: BoxMm = { min: [-10, -20, -300], max: [10, 20, 30] }
    expect(checkBox(wild, box, [[20, 40, 60]])).toEqual({ box, repaired: ['head-foot'] })
  })

  it('takes the templates size around the middle when walls are the wrong way round in both', () => {
    const inverted: BoxMm = { min: [10, -20, -30], max: [-10, 20, 30] }
    const { box: checked, repaired } = checkBox(inverted, inverted, [[20, 40, 60]])
    expect(repaired).toEqual(['left-right'])
    expect(boxSizeMm(checked)).toEqual([20, 40, 60])
  })

  it('always gives a box with its walls in order', () => {
    fc.assert(
      fc.property(point, point, point, point, (a, b, c, d) => {
        const { box: checked } = checkBox({ min: a, max: b }, { min: c, max: d }, [
          [20, 40, 60],
          [25, 35, 70],
        ])
        expect(boxSizeMm(checked).every((size) => size > 0)).toBe(true)
      }),
    )
  })
})

describe('moving walls', () => {
  const box: BoxMm = { min: [0, 0, 0], max: [20, 40, 60] }

  it('moves each wall inwards by its own distance', () => {
    // inferior, posterior, right, superior, anterior, left
    const moved = moveWalls(box, [1, 2, 3, 4, -5, -6])
    expect(moved).toEqual({ min: [-6, 2, 1], max: [17, 45, 56] })
  })

  it('leaves an axis alone that would lose more than half of its length', () => {
    expect(moveWalls(box, [40, 2, 0, 0, 0, 0])).toEqual({ min: [0, 2, 0], max: [20, 40, 60] })
  })

  it('takes boxes inside along, the whole as far as its walls went', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
        ([low, high]) => {
          const moved = moveWalls(box, [low, 0, 0, high, 0, 0])
          const whole = stretchBox(box, box, moved)
          for (const axis of [0, 1, 2] as const) {
            expect(whole.min[axis]).toBeCloseTo(moved.min[axis], 9)
            expect(whole.max[axis]).toBeCloseTo(moved.max[axis], 9)
          }
          const upperHalf = stretchBox({ min: [5, 10, 30], max: [15, 30, 60] }, box, moved)
          expect(upperHalf.max[2]).toBeCloseTo(moved.max[2], 9)
          expect(upperHalf.min[2]).toBeCloseTo((moved.min[2] + moved.max[2]) / 2, 9)
          expect([upperHalf.min[0], upperHalf.max[1]]).toEqual([5, 30])
        },
      ),
    )
  })
})
