import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyAffine } from '../../../../src/shared/geometry/affine.js'
import { canonicalOrder, closestRas, type CanonicalOrder } from '../../../../src/shared/geometry/orient.js'
import type { Volume } from '../../../../src/shared/geometry/volume.js'
import { ORIENTATIONS, storeAs, turnedAffine } from '../../../support/orientations.js'
import { roughVolume } from '../../../support/roughVolume.js'

const ras = roughVolume([5, 4, 3], turnedAffine([1, 2, 3], [0, 0, 0], [-7, 11, 13]))

describe('closestRas', () => {
  test.each(ORIENTATIONS)('finds the patient axes of $name', ({ axes, flips, name }) => {
    const found = closestRas(storeAs(ras, { axes, flips, name }).affine)
    found.forEach(({ axis, flip }, patient) => {
      expect(axes[axis]).toBe(patient)
      expect(flips[axis]).toBe(flip)
    })
  })

  test('is not misled by turns of up to 40 degrees about one axis', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.69, max: 0.69, noNaN: true }),
        fc.constantFrom(0, 1, 2),
        fc.constantFrom(...ORIENTATIONS),
        (angle, about, orientation) => {
          const turned = turnedAffine(
            [1, 2, 3],
            [about === 0 ? angle : 0, about === 1 ? angle : 0, about === 2 ? angle : 0],
            [0, 0, 0],
          )
          expect(closestRas(storeAs({ ...ras, affine: turned }, orientation).affine)).toEqual(
            closestRas(storeAs(ras, orientation).affine),
          )
        },
      ),
    )
  })

  test('pairs axes one to one for any turn', () => {
    const angle = fc.double({ min: -3.2, max: 3.2, noNaN: true })
    fc.assert(
      fc.property(fc.tuple(angle, angle, angle), (angles) => {
        const found = closestRas(turnedAffine([1, 2, 3], angles, [0, 0, 0]))
        expect(new Set(found.map(({ axis }) => axis)).size).toBe(3)
      }),
    )
  })
})

/** A volume copied as its canonical order walks it. */
function walked(volume: Volume<Int16Array>): Volume<Int16Array> & { readonly order: CanonicalOrder } {
  const order = canonicalOrder(volume)
  const [nx, ny] = order.size
  const data = volume.data.map(
    (_, i) =>
      volume.data[
        order.origin +
          (i % nx) * order.strides[0] +
          (Math.floor(i / nx) % ny) * order.strides[1] +
          Math.floor(i / (nx * ny)) * order.strides[2]
      ],
  )
  return { data, size: order.size, affine: order.affine, order }
}

describe('canonicalOrder', () => {
  test.each(ORIENTATIONS)('restores the RAS array of $name', (orientation) => {
    const { data, size, affine } = walked(storeAs(ras, orientation))
    expect(size).toEqual(ras.size)
    expect(data).toEqual(ras.data)
    affine.forEach((value, i) => {
      expect(value).toBeCloseTo(ras.affine[i], 10)
    })
  })

  test('keeps every voxel where it is in the patient, oblique or not', () => {
    const small = fc.double({ min: -0.6, max: 0.6, noNaN: true })
    fc.assert(
      fc.property(
        fc.tuple(small, small, small),
        fc.constantFrom(...ORIENTATIONS),
        fc.tuple(fc.nat(4), fc.nat(3), fc.nat(2)),
        (angles, orientation, at) => {
          const stored = storeAs(roughVolume([5, 4, 3], turnedAffine([1, 2, 3], angles, [-7, 11, 13])), orientation)
          const canonical = walked(stored)
          const index = [
            Math.min(at[0], canonical.size[0] - 1),
            Math.min(at[1], canonical.size[1] - 1),
            Math.min(at[2], canonical.size[2] - 1),
          ] as const
          const back = applyAffine(canonical.order.toStored, index)
          const [p, q] = [applyAffine(canonical.affine, index), applyAffine(stored.affine, back)]
          p.forEach((mm, i) => {
            expect(mm).toBeCloseTo(q[i], 9)
          })
          expect(canonical.data[index[0] + canonical.size[0] * (index[1] + canonical.size[1] * index[2])]).toBe(
            stored.data[back[0] + stored.size[0] * (back[1] + stored.size[1] * back[2])],
          )
        },
      ),
    )
  })
})
