import fc from 'fast-check'
import { expect, test } from 'vitest'
import { invertAffine, multiplyAffine } from '../../../../src/shared/geometry/affine.js'
import { turnedAffine } from '../../../support/orientations.js'

test('an affine times its inverse is the identity', () => {
  const angle = fc.double({ min: -3.2, max: 3.2, noNaN: true })
  const mm = fc.double({ min: 0.1, max: 10, noNaN: true })
  fc.assert(
    fc.property(fc.tuple(angle, angle, angle), fc.tuple(mm, mm, mm), (angles, spacing) => {
      const m = turnedAffine(spacing, angles, [100, -50, 3])
      multiplyAffine(m, invertAffine(m)).forEach((value, i) => {
        expect(value).toBeCloseTo(i % 5 === 0 ? 1 : 0, 8)
      })
    }),
  )
})
