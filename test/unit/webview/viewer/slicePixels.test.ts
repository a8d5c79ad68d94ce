import { describe, expect, it } from 'vitest'
import { colorTable, labelPixels } from '../../../../src/webview/viewer/slicePixels.js'

describe('the colours of labels', () => {
  const structures = [
    { labelValue: 1, color: '#ff8001' },
    { labelValue: 3, color: '#000000' },
    { labelValue: 2 ** 31, color: '#ffffff' },
  ]

  it('are opaque where a structure is shown, and nothing elsewhere', () => {
    const pixels = labelPixels(Uint16Array.from([0, 1, 2, 3, 9]), colorTable(structures, []))
    expect([...pixels]).toEqual([0, 0xff0180ff, 0, 0xff000000, 0])
  })

  it('leave out what is hidden, and make no table of gigabytes for one odd value', () => {
    const table = colorTable(structures, [1])
    expect(table).toHaveLength(4)
    expect(table[1]).toBe(0)
  })
})
