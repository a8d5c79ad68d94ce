import { describe, expect, it } from 'vitest'
import { cornersAndPoints, maskPlane } from '../../../../../src/engine/sam/exports/promptTensors.js'
import { boxPrompt } from '../../../../../src/engine/sam/prompts/prompt.js'

/** A slice image of 100 x 60 pixels that fills 1000 x 300 pixels of a square of 1000. */
const letterbox = { width: 1000, height: 300, scaleX: 10, scaleY: 5 }

describe('cornersAndPoints', () => {
  it('puts the corners of the box first, and means the middles of the pixels under points', () => {
    const prompt = {
      ...boxPrompt({ x0: 10, y0: 20, x1: 30, y1: 40 }),
      points: [
        { x: 12.5, y: 20.5, isInside: true },
        { x: 3, y: 4, isInside: false },
      ],
    }
    expect(cornersAndPoints(prompt, letterbox)).toEqual({
      coords: [100, 100, 299, 199, 124.5, 102, 29.5, 19.5],
      labels: [2, 3, 1, 0],
    })
  })

  it('has points alone without a box', () => {
    const prompt = { box: null, points: [{ x: 1, y: 1, isInside: true }], mask: null }
    expect(cornersAndPoints(prompt, letterbox)).toEqual({ coords: [9.5, 4.5], labels: [1] })
  })
})

describe('maskPlane', () => {
  it('shows a mask where it lies in the square, and nothing of the structure around it', () => {
    const region = { x0: 20, y0: 10, x1: 60, y1: 50 }
    const plane = maskPlane({ region, data: new Float32Array(40 * 40).fill(6) }, letterbox, 1000, 50)
    for (let y = 0; y < 50; y++) {
      for (let x = 0; x < 50; x++) {
        // A number of the plane covers two columns and four rows of the slice image.
        const inside = x >= 10 && x < 30 && y >= 3 && y < 12
        const touched = y === 2 || y === 12
        if (!touched) expect({ x, y, inside: plane[50 * y + x] > 0 }).toEqual({ x, y, inside })
      }
    }
  })
})
