import { expect, it } from 'vitest'
import { readingText } from '../../../../src/webview/panels/readingText.js'

it('says where the crosshair stands, in which voxel, and what lies there', () => {
  expect(readingText({ pointMm: [1.04, -2, 30.96], voxel: [3.4, 5.5, 6.9], value: 39.7 })).toBe(
    '1.0, -2.0, 31.0 mm · voxel 3, 6, 7 · 40 HU',
  )
  expect(readingText({ pointMm: [0, 0, 0], voxel: [0, 0, 0], value: NaN })).toMatch(/· – HU$/)
})
