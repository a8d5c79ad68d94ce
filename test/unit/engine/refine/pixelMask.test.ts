import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  countPixels,
  deepestPixel,
  grown,
  largestPiece,
  without,
  type PixelMask,
} from '../../../../src/engine/refine/pixelMask.js'

/** A mask drawn with `#`. */
function drawn(...rows: string[]): PixelMask {
  return {
    width: rows[0].length,
    height: rows.length,
    data: Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 1 : 0)),
  }
}

function rowsOf({ width, data }: PixelMask): string[] {
  return Array.from({ length: data.length / width }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value === 1 ? '#' : '.')).join(''),
  )
}

const two = drawn('##...', '##.#.', '#..##', '.....')

describe('masks of pixels', () => {
  it('have bounds on the edges of their pixels, and none when they are empty', () => {
    expect(boundsOf(drawn('.....', '.##..', '..#..'))).toEqual({ x0: 1, y0: 1, x1: 3, y1: 3 })
    expect(boundsOf(drawn('..', '..'))).toBeNull()
  })

  it('know their largest piece, whose pixels touch by their sides', () => {
    expect(rowsOf(largestPiece(two))).toEqual(['##...', '##...', '#....', '.....'])
    expect(countPixels(largestPiece(drawn('..')))).toBe(0)
  })

  it('grow by columns and rows, and not over their edge', () => {
    expect(rowsOf(grown(drawn('....', '#...', '....', '....'), 2, 1))).toEqual(['###.', '###.', '###.', '....'])
  })

  it('know the pixel that lies deepest', () => {
    expect(deepestPixel(drawn('.......', '.#####.', '.#####.', '.#####.', '......#'))).toEqual({ x: 3, y: 2 })
    expect(deepestPixel(drawn('...'))).toBeNull()
  })

  it('can be taken from each other', () => {
    expect(rowsOf(without(two, drawn('##...', '##...', '##...', '.....')))).toEqual([
      '.....',
      '...#.',
      '...##',
      '.....',
    ])
  })
})
