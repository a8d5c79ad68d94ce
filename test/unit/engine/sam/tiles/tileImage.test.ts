import { describe, expect, it } from 'vitest'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { windowSlice } from '../../../../../src/engine/sam/slices/sliceImage.js'
import { tileImage } from '../../../../../src/engine/sam/tiles/tileImage.js'

const WINDOW = { level: 50, width: 100 }
const size = [6, 5, 4] as const
const data = Int16Array.from({ length: 6 * 5 * 4 }, (_, i) => (i * 37) % 101)
const view = axialView({ size, affine: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] })
const region = { x0: 1, y0: 2, x1: 4, y1: 5 }

describe('the picture of a tile', () => {
  it('has the same part of each slice, row by row, and black where there is none', () => {
    const {
      data: grey,
      width,
      height,
      pixelMm,
    } = tileImage(data, view, { region, columns: 2, rows: 2, step: 1 }, [1, 2, 3], WINDOW)
    expect([width, height, pixelMm]).toEqual([6, 6, [1, 2]])
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        const cell = 2 * Math.floor(y / 3) + Math.floor(x / 3)
        const whole = cell < 3 ? windowSlice(data, view, cell + 1, WINDOW).data : new Float32Array(30)
        expect(grey[y * 6 + x]).toBe(whole[((y % 3) + 2) * 6 + (x % 3) + 1])
      }
    }
  })

  it('is the slice itself where it shows one whole slice', () => {
    const grid = { region: { x0: 0, y0: 0, x1: 6, y1: 5 }, columns: 1, rows: 1, step: 1 }
    expect(tileImage(data, view, grid, [2], WINDOW)).toEqual(windowSlice(data, view, 2, WINDOW))
  })
})
