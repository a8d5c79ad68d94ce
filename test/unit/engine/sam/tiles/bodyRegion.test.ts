import { describe, expect, it } from 'vitest'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { bodyRegion } from '../../../../../src/engine/sam/tiles/bodyRegion.js'

const size = [60, 50, 10] as const
const view = axialView({ size, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] })

/** Air with tissue where `isBody` says so, by column and row of the view. */
function scanOf(isBody: (x: number, y: number, slice: number) => boolean): Int16Array {
  const data = new Int16Array(60 * 50 * 10).fill(-1000)
  for (let slice = 0; slice < 10; slice++)
    for (let y = 0; y < 50; y++)
      for (let x = 0; x < 60; x++)
        if (isBody(x, y, slice))
          data[view.origin + x * view.strides[0] + y * view.strides[1] + slice * view.strides[2]] = 40
  return data
}

describe('the body on all slices together', () => {
  it('is found to a few pixels, and single bright ones beside it are not taken for it', () => {
    const region = bodyRegion(
      scanOf((x, y, slice) => (x >= 20 && x < 40 && y >= 10 && y < 30) || (x === 2 && y === 2 && slice === 0)),
      view,
    )
    expect(region.x0).toBeGreaterThanOrEqual(16)
    expect(region.x0).toBeLessThanOrEqual(20)
    expect(region.x1).toBeGreaterThanOrEqual(40)
    expect(region.x1).toBeLessThanOrEqual(43)
    expect(region.y0).toBeLessThanOrEqual(10)
    expect(region.y1).toBeGreaterThanOrEqual(30)
    expect(region.y1).toBeLessThanOrEqual(33)
  })

  it('is the whole slice where there is only air', () => {
    expect(
      bodyRegion(
        scanOf(() => false),
        view,
      ),
    ).toEqual({ x0: 0, y0: 0, x1: 60, y1: 50 })
  })
})
