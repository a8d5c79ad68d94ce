import { describe, expect, it } from 'vitest'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { windowSlice } from '../../../../../src/engine/sam/slices/sliceImage.js'
import type { Volume } from '../../../../../src/shared/geometry/volume.js'

const ras: Volume<Int16Array> = {
  data: Int16Array.from({ length: 4 * 5 * 3 }, (_, i) => 10 * i - 300),
  size: [4, 5, 3],
  affine: [1, 0, 0, -10, 0, 2, 0, 5, 0, 0, 3, 7, 0, 0, 0, 1],
}

describe('windowSlice', () => {
  it('spreads the window over 0 to 255 and has no special value', () => {
    const scan = { ...ras, data: Int16Array.from({ length: 60 }, (_, i) => [-161, -160, 0, 40, 240, 999][i % 6]) }
    const { data } = windowSlice(scan.data, axialView(scan), 0, { level: 40, width: 400 })
    expect(new Set([...data].map((grey) => Math.round(grey * 10) / 10))).toEqual(new Set([0, 102, 127.5, 255]))
  })
})
