import { describe, expect, it } from 'vitest'
import { axialView, viewPointMm } from '../../../../../src/engine/sam/slices/axialView.js'
import { windowSlice } from '../../../../../src/engine/sam/slices/sliceImage.js'
import type { Volume } from '../../../../../src/shared/geometry/volume.js'
import { ORIENTATIONS, storeAs } from '../../../../support/orientations.js'

const ras: Volume<Int16Array> = {
  data: Int16Array.from({ length: 4 * 5 * 3 }, (_, i) => 10 * i - 300),
  size: [4, 5, 3],
  affine: [1, 0, 0, -10, 0, 2, 0, 5, 0, 0, 3, 7, 0, 0, 0, 1],
}

describe('axialView', () => {
  it('shows the patient from below: right on the left, anterior up, lowest slice first', () => {
    const view = axialView(ras)
    expect(view.size).toEqual([4, 5, 3])
    expect(view.spacingMm).toEqual([1, 2, 3])
    expect(viewPointMm(view, 0, 0, 0)).toEqual([-7, 13, 7])
    expect(viewPointMm(view, 3, 4, 2)).toEqual([-10, 5, 13])
  })

  it.each(ORIENTATIONS)('shows the same slice images of a scan stored as $name', (order) => {
    const stored = storeAs(ras, order)
    const view = axialView(stored)
    const expected = axialView(ras)
    expect(view.size).toEqual(expected.size)
    expect(viewPointMm(view, 1, 2, 1)).toEqual(viewPointMm(expected, 1, 2, 1))
    const window = { level: 0, width: 600 }
    for (const slice of [0, 1, 2]) {
      expect(windowSlice(stored.data, view, slice, window)).toEqual(windowSlice(ras.data, expected, slice, window))
    }
  })
})
