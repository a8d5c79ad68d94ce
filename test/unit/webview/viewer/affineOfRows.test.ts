import { describe, expect, it } from 'vitest'
import { applyAffine, invertAffine } from '../../../../src/shared/geometry/affine.js'
import { affineOfRows } from '../../../../src/webview/viewer/affineOfRows.js'

describe('places in a file', () => {
  it('are those of its own order of axes, which may run to the left and back, or be turned and oblique', () => {
    const lps = affineOfRows([
      [-2, 0, 0, 10],
      [0, -3, 0, 20],
      [0, 0, 4, -30],
    ])
    expect(applyAffine(lps, [1, 2, 3])).toEqual([8, 14, -18])
    expect(applyAffine(invertAffine(lps), [8, 14, -18])).toEqual([1, 2, 3])
    const turned = affineOfRows([
      [0, 0.3, 4, 1],
      [-2, 0, 0, 2],
      [0, 3, -0.4, 3],
      [0, 0, 0, 1],
    ])
    applyAffine(invertAffine(turned), applyAffine(turned, [5, 6, 7])).forEach((index, axis) => {
      expect(index).toBeCloseTo([5, 6, 7][axis], 9)
    })
  })
})
