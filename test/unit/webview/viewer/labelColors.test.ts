import { describe, expect, it } from 'vitest'
import { PALETTE } from '../../../../src/shared/palette.js'
import { labelTable, paletteColor } from '../../../../src/webview/viewer/labelColors.js'

describe('labels', () => {
  it('are transparent when hidden, and so is the background', () => {
    const table = labelTable(
      [
        { name: 'A', labelValue: 2, color: '#ff8000' },
        { name: 'B', labelValue: 5, color: '#000001' },
      ],
      [5],
    )
    expect(table).toEqual({
      R: [0, 255, 0],
      G: [0, 128, 0],
      B: [0, 0, 1],
      A: [0, 255, 0],
      I: [0, 2, 5],
      labels: ['', 'A', 'B'],
    })
  })

  it('without a name have a colour of the palette, over and over', () => {
    const colors = Object.values(PALETTE)
    expect([1, 2, colors.length + 1].map(paletteColor)).toEqual([colors[0], colors[1], colors[0]])
  })
})
