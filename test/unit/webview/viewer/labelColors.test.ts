import { describe, expect, it } from 'vitest'
import { PALETTE } from '../../../../src/shared/palette.js'
import { paletteColor } from '../../../../src/webview/viewer/labelColors.js'

describe('labels', () => {
  it('without a name have a colour of the palette, over and over', () => {
    const colors = Object.values(PALETTE)
    expect([1, 2, colors.length + 1].map(paletteColor)).toEqual([colors[0], colors[1], colors[0]])
  })
})
