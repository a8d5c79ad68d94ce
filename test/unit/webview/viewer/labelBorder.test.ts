import { describe, expect, it } from 'vitest'
import { labelBorder } from '../../../../src/webview/viewer/labelBorder.js'

describe('outlines of labels', () => {
  it('leave out what lies inside, and keep touching labels apart', () => {
    const size = [7, 5, 5] as const
    const voxels = Uint8Array.from({ length: 7 * 5 * 5 }, (_, i) => {
      const [x, y, z] = [i % 7, Math.floor(i / 7) % 5, Math.floor(i / 35)]
      return y < 1 || y > 3 || z < 1 || z > 3 || x < 1 || x > 5 ? 0 : x <= 3 ? 1 : 2
    })
    const border = labelBorder(voxels, size)
    const middle = Array.from(border.slice(2 * 35 + 2 * 7, 2 * 35 + 3 * 7))
    expect(middle).toEqual([0, 1, 0, 1, 2, 2, 0])
    expect(Array.from(border).filter((value) => value > 0)).toHaveLength(45 - 1)
    expect(voxels[2 * 35 + 2 * 7 + 2]).toBe(1)
  })

  it('keep what touches the edge of the scan', () => {
    expect(Array.from(labelBorder(new Uint16Array(27).fill(3), [3, 3, 3])).filter((value) => value === 0)).toHaveLength(
      1,
    )
  })
})
