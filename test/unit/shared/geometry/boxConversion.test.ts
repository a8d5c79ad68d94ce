import { expect, it } from 'vitest'
import type { BoxMm } from '../../../../src/shared/geometry/points.js'
import { intersectBoxes } from '../../../../src/shared/geometry/boxConversion.js'

const box: BoxMm = { min: [-10, -20, -30], max: [10, 20, 30] }

it('intersects boxes, and boxes that only touch do not meet', () => {
  expect(intersectBoxes(box, { min: [0, 0, 0], max: [99, 99, 99] })).toEqual({ min: [0, 0, 0], max: [10, 20, 30] })
  expect(intersectBoxes(box, { min: [10, 0, 0], max: [99, 99, 99] })).toBeNull()
})
