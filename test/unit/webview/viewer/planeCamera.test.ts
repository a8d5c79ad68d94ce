import { describe, expect, it } from 'vitest'
import { FITTED, panned, revealed, tileOf, zoomedAt } from '../../../../src/webview/viewer/planeCamera.js'
import { project, unproject, type Tile } from '../../../../src/webview/viewer/projection.js'
import { imageVolume } from '../../../../src/webview/viewer/imageVolume.js'
import { sliceAt } from '../../../../src/webview/viewer/planeSlice.js'

const VOLUME = imageVolume({
  data: new Int16Array(1000),
  size: [10, 10, 10],
  affine: [2, 0, 0, -10, 0, 2, 0, -10, 0, 0, 2, -10, 0, 0, 0, 1],
})
const FIT = { centreMm: [1, -1], sizeMm: [20, 10] } as const
const CELL = { kind: 'axial', left: 5, top: 7, width: 200, height: 200 } as const

function tile(camera = FITTED): Tile {
  return tileOf(CELL, sliceAt(VOLUME, 'axial', [0, 0, 0]), camera, FIT, true)
}

describe('the camera of a plane', () => {
  it('fills its part of the stage, and holds what it is fitted to', () => {
    const { width, height, fovMm, lowMm } = tile()
    expect(width / fovMm[0]).toBeCloseTo(height / fovMm[1])
    expect(fovMm[0]).toBeGreaterThanOrEqual(20)
    expect(fovMm[0]).toBeLessThan(21)
    expect(lowMm[0] + fovMm[0] / 2).toBeCloseTo(1)
  })

  it('keeps what is under the mouse when it zooms', () => {
    const before = unproject(tile(), 60, 90)
    const after = project(tile(zoomedAt(FITTED, tile(), [60, 90], 3)), before)
    expect(after.x).toBeCloseTo(60)
    expect(after.y).toBeCloseTo(90)
  })

  it('has bounds to its zoom', () => {
    expect(zoomedAt(FITTED, tile(), [0, 0], 1e6).zoom).toBeLessThan(1e3)
    expect(zoomedAt(FITTED, tile(), [0, 0], 1e-6).zoom).toBeGreaterThan(1e-3)
  })

  it('moves the picture with the mouse', () => {
    const point = unproject(tile(), 50, 50)
    const after = project(tile(panned(FITTED, tile(), 30, -20)), point)
    expect(after.x).toBeCloseTo(80)
    expect(after.y).toBeCloseTo(30)
  })

  it('goes to a point only where it is out of view', () => {
    expect(revealed(FITTED, tile(), [1, -1, 0])).toBe(FITTED)
    const { x, y } = project(tile(revealed(FITTED, tile(), [90, 60, 0])), [90, 60, 0])
    expect([x, y]).toEqual([expect.closeTo(105), expect.closeTo(107)])
  })
})
