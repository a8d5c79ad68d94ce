import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { squaredDistances } from '../../../../src/engine/numeric/distanceTransform.js'

describe('the distance transform', () => {
  it('is what comparing every voxel with every feature gives', () => {
    const bits = fc.array(
      fc.integer({ min: 0, max: 5 }).map((n) => (n === 0 ? 1 : 0)),
      { minLength: 7 * 5 * 4, maxLength: 7 * 5 * 4 },
    )
    fc.assert(
      fc.property(
        bits,
        fc.tuple(...[1, 2, 3].map(() => fc.double({ min: 0.2, max: 8, noNaN: true }))),
        (features, [sx, sy, sz]) => {
          const place = (i: number): readonly [number, number, number] => [
            (i % 7) * sx,
            (Math.floor(i / 7) % 5) * sy,
            Math.floor(i / 35) * sz,
          ]
          const squared = squaredDistances(features, [7, 5, 4], [sx, sy, sz])
          features.forEach((_, i) => {
            const [x, y, z] = place(i)
            const least = Math.min(
              Infinity,
              ...features.flatMap((on, j) =>
                on === 0 ? [] : [(place(j)[0] - x) ** 2 + (place(j)[1] - y) ** 2 + (place(j)[2] - z) ** 2],
              ),
            )
            if (least === Infinity) expect(squared[i]).toBe(Infinity)
            else expect(squared[i]).toBeCloseTo(least, 8)
          })
        },
      ),
      { numRuns: 40 },
    )
  })
})
