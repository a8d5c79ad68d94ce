import { describe, expect, it } from 'vitest'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { imageVolume, valueAt, type ImageVolume } from '../../../../src/webview/viewer/imageVolume.js'
import { FITTED, tileOf } from '../../../../src/webview/viewer/planeCamera.js'
import { labelsOn, sliceAt, sliceToScreen } from '../../../../src/webview/viewer/planeSlice.js'
import { unproject, type Plane } from '../../../../src/webview/viewer/projection.js'
import { greyPixels } from '../../../../src/webview/viewer/slicePixels.js'
import { ORIENTATIONS, storeAs, turnedAffine } from '../../../support/orientations.js'

const SIZE = [5, 4, 3] as const
const RAS = {
  data: Int16Array.from({ length: 60 }, (_, at) => at),
  size: SIZE,
  affine: [2, 0, 0, -4, 0, 3, 0, 7, 0, 0, 4, 1, 0, 0, 0, 1] as Affine,
}
const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal']

/** What is drawn at every pixel of a slice, and what lies there by the screen, must be the same. */
function expectTrueToPlace(volume: ImageVolume): void {
  for (const plane of PLANES) {
    for (const radiological of [true, false]) {
      const slice = sliceAt(volume, plane, [0, 10, 5])
      const fit = { centreMm: [0, 10], sizeMm: [30, 30] } as const
      const cell = { kind: plane, left: 3, top: 4, width: 120, height: 80 }
      const tile = tileOf(cell, slice, FITTED, fit, radiological)
      const [a, b, c, d, e, f] = sliceToScreen(slice, tile)
      for (let y = 0; y < slice.height; y++)
        for (let x = 0; x < slice.width; x++) {
          const point = unproject(tile, a * x + c * y + e, b * x + d * y + f)
          expect(valueAt(volume, point)).toBe(volume.data[slice.start + x * slice.stepX + y * slice.stepY])
        }
    }
  }
}

describe('a slice on the screen', () => {
  it.each(ORIENTATIONS)('lies where its voxels are, stored as $name', (orientation) => {
    expectTrueToPlace(imageVolume({ ...storeAs(RAS, orientation) }))
  })

  it('lies where its voxels are in a tilted scan', () => {
    const affine = turnedAffine([2, 3, 4], [0.2, -0.15, 0.1], [-4, 7, 1])
    expectTrueToPlace(imageVolume({ ...RAS, affine }))
  })

  it('is grey as the window says', () => {
    const volume = imageVolume({ ...RAS, data: RAS.data.map((value) => 10 * value - 100) })
    const slice = sliceAt(volume, 'axial', [-4, 7, 1])
    const pixels = greyPixels(volume, slice, { levelHu: 0, widthHu: 200 })
    expect(pixels[0] & 255).toBe(0)
    expect(pixels[10] & 255).toBe(127)
    expect(pixels[19] & 255).toBe(242)
    expect(pixels[19] >>> 24).toBe(255)
  })
})

describe('labels on a slice', () => {
  const scan = imageVolume({ ...RAS })

  it('are the nearest ones where the label map has a grid of its own', () => {
    const fine = imageVolume({
      data: Uint8Array.from({ length: 10 * 8 * 6 }, (_, at) => (at % 10 < 4 ? 1 : 2)),
      size: [10, 8, 6],
      affine: [1, 0, 0, -4.5, 0, 1.5, 0, 6.25, 0, 0, 2, 0, 0, 0, 0, 1],
    })
    expect([...labelsOn(scan, sliceAt(scan, 'axial', [0, 10, 5]), fine)].slice(0, 5)).toEqual([1, 1, 2, 2, 2])
  })

  it('are 0 beyond the label map', () => {
    const small = imageVolume({ ...RAS, data: new Uint8Array(2).fill(7), size: [2, 1, 1] })
    expect([...labelsOn(scan, sliceAt(scan, 'axial', [-4, 7, 1]), small)].slice(0, 6)).toEqual([7, 7, 0, 0, 0, 0])
  })
})
