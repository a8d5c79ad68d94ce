import { expect, it } from 'vitest'
import { labelBox } from '../../../../src/shared/geometry/labelBox.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

const data = new Uint8Array(6 * 5 * 4)
for (const [x, y, z] of [
  [1, 2, 1],
  [4, 3, 1],
  [2, 2, 3],
])
  data[x + 6 * (y + 5 * z)] = 7
const labels = { data, size: [6, 5, 4], affine: [1, 0, 0, 0.5, 0, 2, 0, 1, 0, 0, 3, 1.5, 0, 0, 0, 1] } as const

it.each(ORIENTATIONS.filter((_, i) => i % 13 === 0))(
  'goes around the faces of all voxels of a label, stored as $name',
  (order) => {
    expect(labelBox(storeAs(labels, order), 7)).toEqual({ min: [1, 4, 3], max: [5, 8, 12] })
    expect(labelBox(storeAs(labels, order), 1)).toBeNull()
  },
)
