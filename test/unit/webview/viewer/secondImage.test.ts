import { expect, it } from 'vitest'
import { colormapTable } from '../../../../src/webview/viewer/colormaps.js'
import { imageVolume } from '../../../../src/webview/viewer/imageVolume.js'
import { sliceAt } from '../../../../src/webview/viewer/planeSlice.js'
import { secondPixels, valuesOn } from '../../../../src/webview/viewer/secondImage.js'

const affine = (step: number, start: number, flip = 1) =>
  [flip * step, 0, 0, start, 0, step, 0, 0, 0, 0, step, 0, 0, 0, 0, 1] as const
const scan = imageVolume({ data: new Int16Array(4 * 4 * 4), size: [4, 4, 4], affine: affine(1, 0) })

it('takes the voxels of an image on the same grid', () => {
  const image = imageVolume({ ...scan, data: Float32Array.from({ length: 64 }, (_, at) => at) })
  const values = valuesOn(scan, sliceAt(scan, 'axial', [0, 0, 2]), image)
  expect([...values.slice(0, 5)]).toEqual([32, 33, 34, 35, 36])
})

it('interpolates an image on another grid, stored the other way round, and has nothing outside of it', () => {
  // Voxels of 2 mm at x = 4, 2, 0; the value is the place in mm.
  const data = Float32Array.from({ length: 12 }, (_, at) => 4 - 2 * (at % 3))
  const image = imageVolume({ data, size: [3, 2, 2], affine: affine(2, 4, -1) })
  const [row] = [valuesOn(scan, sliceAt(scan, 'axial', [0, 0, 1]), image).slice(0, 4)]
  expect([...row]).toEqual([0, 1, 2, 3])
  const moved = imageVolume({ data, size: [3, 2, 2], affine: affine(2, 14, -1) })
  expect([...valuesOn(scan, sliceAt(scan, 'axial', [0, 0, 1]), moved)].every(Number.isNaN)).toBe(true)
})

it('draws values in colours, and nothing where they are too low', () => {
  const colors = colormapTable('grey')
  const look = { colormap: 'grey', low: 0, high: 10, opacity: 1 } as const
  expect([...secondPixels(Float32Array.from([-1, 0, NaN, 10, 99]), look, colors)]).toEqual([
    0, 0, 0, 0xffffffff, 0xffffffff,
  ])
  expect(colormapTable('hot')[0]).toBe(0xff000000)
  expect(colormapTable('rainbow')[255].toString(16)).toBe('ff00007f')
})
