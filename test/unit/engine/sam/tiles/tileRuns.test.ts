import { expect, it } from 'vitest'
import type { Volume } from '../../../../../src/shared/geometry/volume.js'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { slicesOfTile, type TileGrid } from '../../../../../src/engine/sam/tiles/tileGrid.js'
import { decodeOnTile, encodeTile } from '../../../../../src/engine/sam/tiles/tileRuns.js'
import { boxIsMask, fakeSegmenter } from '../../../../support/fakeSegmenter.js'

const scan: Volume<Int16Array> = {
  data: new Int16Array(10 * 8 * 4),
  size: [10, 8, 4],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
}
const view = axialView(scan)
/** Four slices, of each the columns 2 to 8 and the rows 1 to 6. */
const grid: TileGrid = { region: { x0: 2, y0: 1, x1: 8, y1: 6 }, columns: 2, rows: 2, step: 1 }

it('asks about a slice where the tile shows it, and answers in pixels of the slice', async () => {
  const segmenter = fakeSegmenter(boxIsMask, { points: true, masks: true })
  const slices = slicesOfTile(grid, 3, 4)
  const tile = await encodeTile(segmenter, scan, view, { grid, slices }, segmenter.windowHu)
  const region = { x0: 1, y0: 0, x1: 5, y1: 4 }
  const prompt = {
    box: { x0: 0, y0: 2, x1: 4, y1: 7 },
    points: [{ x: 3.5, y: 2.5, isInside: false }],
    mask: { region, data: Float32Array.from({ length: 16 }, (_, i) => i) },
  }
  const answer = await decodeOnTile(segmenter, tile, 3, prompt, region)
  // The last of four cells: six columns to the right and five rows down, from the corner of what is shown.
  expect(segmenter.asked[0]).toEqual({
    box: { x0: 6, y0: 6, x1: 8, y1: 10 },
    points: [{ x: 7.5, y: 6.5, isInside: false }],
    mask: { region: { x0: 6, y0: 5, x1: 9, y1: 8 }, data: Float32Array.of(5, 6, 7, 9, 10, 11, 13, 14, 15) },
  })
  expect(answer?.region).toEqual({ x0: 2, y0: 1, x1: 5, y1: 4 })
})

it('asks nothing where the tile does not show the box', async () => {
  const segmenter = fakeSegmenter()
  const tile = await encodeTile(segmenter, scan, view, { grid, slices: [0, 1, 2, 3] }, segmenter.windowHu)
  const prompt = { box: { x0: 8, y0: 0, x1: 10, y1: 8 }, points: [], mask: null }
  expect(await decodeOnTile(segmenter, tile, 0, prompt, grid.region)).toBeNull()
  expect(segmenter.asked).toEqual([])
})
