import type { VoxelArray } from '../../../shared/geometry/volume.js'
import type { AxialView } from '../slices/axialView.js'
import { windowSlice, type SliceImage, type WindowHu } from '../slices/sliceImage.js'
import type { TileGrid } from './tileGrid.js'

/**
 * The picture of a tile. Cells without a slice are black.
 * @param data The scan's voxels in HU, as stored.
 * @param slices Of the view, as `slicesOfTile` returns them.
 */
export function tileImage(
  data: VoxelArray,
  view: AxialView,
  grid: TileGrid,
  slices: readonly number[],
  windowHu: WindowHu,
): SliceImage {
  const { region, columns, rows } = grid
  if (columns * rows === 1) return windowSlice(data, view, slices[0], windowHu, region)
  const [width, height] = [region.x1 - region.x0, region.y1 - region.y0]
  const image = new Float32Array(columns * width * rows * height)
  for (const [cell, slice] of slices.entries()) {
    const cut = windowSlice(data, view, slice, windowHu, region)
    const corner = Math.floor(cell / columns) * height * columns * width + (cell % columns) * width
    for (let y = 0; y < height; y++)
      image.set(cut.data.subarray(y * width, (y + 1) * width), corner + y * columns * width)
  }
  return {
    data: image,
    width: columns * width,
    height: rows * height,
    pixelMm: [view.spacingMm[0], view.spacingMm[1]],
  }
}
