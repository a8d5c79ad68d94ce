import { describe, expect, it } from 'vitest'
import type { Size3 } from '../../../../src/shared/geometry/points.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import { compareLabels } from '../../../../src/engine/labels/compareLabels.js'
import { ORIENTATIONS, orientedAffine, storeAs } from '../../../support/orientations.js'

const SIZE: Size3 = [10, 9, 8]

/** Bars of 1 x 1 voxels along x: value, first and last voxel, slice. */
function bars(...all: readonly (readonly [number, number, number, number])[]): LabelVolume & { data: Uint8Array } {
  const data = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])
  for (const [value, from, to, z] of all) for (let x = from; x <= to; x++) data[x + SIZE[0] * (4 + SIZE[1] * z)] = value
  return { data, size: SIZE, affine: orientedAffine(ORIENTATIONS[0], SIZE, [2, 2, 3]) }
}

describe('comparing label maps', () => {
  const map = bars([1, 2, 5, 3], [1, 2, 5, 4], [2, 1, 1, 6])
  const reference = bars([7, 2, 5, 3], [7, 4, 7, 4], [9, 8, 8, 1])
  const names = [
    { name: 'Cord', labelValue: 1 },
    { name: 'Lens', labelValue: 2 },
  ]
  const referenceNames = [{ name: 'cord', labelValue: 7 }]

  it('pairs structures by name, measures them, and lists what only one has', () => {
    const [cord, lens, other] = compareLabels({ labels: map, names }, { labels: reference, names: referenceNames })
    expect(cord).toMatchObject({ name: 'Cord', labelValue: 1, referenceValue: 7, dice: 0.75 })
    expect(cord.volumeMl).toBeCloseTo(0.096)
    // Sixteen distances in mm: twelve of 0, two of 2, 3 and 4.
    expect(cord.hd95Mm).toBeCloseTo(3.25)
    expect(lens).toMatchObject({ name: 'Lens', labelValue: 2, referenceValue: null, dice: 0, hd95Mm: null })
    expect(lens.referenceMl).toBe(0)
    expect(other).toMatchObject({ name: 'Label 9', labelValue: null, referenceValue: 9, dice: 0, volumeMl: 0 })
  })

  it('finds the slice where most differs, however the label maps are stored', () => {
    for (const orientation of ORIENTATIONS.filter((_, i) => i % 7 === 0)) {
      const [cord] = compareLabels(
        { labels: storeAs<Uint8Array>(map, orientation), names },
        { labels: storeAs<Uint8Array>(reference, orientation), names: referenceNames },
      )
      const { affine } = map
      // Voxels 2, 3, 6 and 7 of slice 4.
      const wanted = [2 * 4.5 + affine[3], 2 * 4 + affine[7], 3 * 4 + affine[11]]
      cord.worstMm?.forEach((mm, axis) => {
        expect(mm, orientation.name).toBeCloseTo(wanted[axis])
      })
      expect(cord.worstMm).not.toBeNull()
    }
  })

  it('has no worst slice where nothing differs', () => {
    const [cord] = compareLabels({ labels: map, names }, { labels: map, names })
    expect(cord).toMatchObject({ dice: 1, hd95Mm: 0, worstMm: null })
  })
})
