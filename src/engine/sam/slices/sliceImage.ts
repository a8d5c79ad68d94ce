import type { VoxelArray } from '../../../shared/geometry/volume.js'
import type { AxialView } from './axialView.js'

/** A slice, a part of it or a mosaic of several as grey values, row by row, 0 (black) to 255 (white). */
export interface SliceImage {
  readonly data: Float32Array
  readonly width: number
  readonly height: number
  /** Width and height of a pixel in mm. */
  readonly pixelMm: readonly [number, number]
}

/** The HU range that is spread over black to white. */
export interface WindowHu {
  readonly level: number
  readonly width: number
}

/** Whole pixels `x0 <= x < x1`, `y0 <= y < y1`. */
export interface PixelRegion {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** A box on pixel edges, not whole pixels: 0 is the left or upper edge of pixel 0, 1 its other edge. */
export interface PixelBox {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/**
 * Cuts one slice, or a part of it, out of a scan and applies a window.
 * @param data The scan's voxels in HU, as stored.
 * @param slice Slice of the view, 0 is the lowest.
 * @param region Its pixels to cut out; all when absent.
 */
export function windowSlice(
  data: VoxelArray,
  view: AxialView,
  slice: number,
  { level, width: range }: WindowHu,
  region: PixelRegion = { x0: 0, y0: 0, x1: view.size[0], y1: view.size[1] },
): SliceImage {
  const [width, height] = [region.x1 - region.x0, region.y1 - region.y0]
  const [columnStride, rowStride, sliceStride] = view.strides
  const black = level - range / 2
  const scale = 255 / range
  const image = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    let source = view.origin + region.x0 * columnStride + (region.y0 + y) * rowStride + slice * sliceStride
    for (let x = 0, target = y * width; x < width; x++, target++, source += columnStride) {
      const grey = (data[source] - black) * scale
      image[target] = grey < 0 ? 0 : grey > 255 ? 255 : grey
    }
  }
  return { data: image, width, height, pixelMm: [view.spacingMm[0], view.spacingMm[1]] }
}

/** The whole pixels that a box touches, inside a slice image of this size. */
export function regionAround(box: PixelBox, width: number, height: number): PixelRegion {
  return {
    x0: Math.max(0, Math.floor(box.x0)),
    y0: Math.max(0, Math.floor(box.y0)),
    x1: Math.min(width, Math.ceil(box.x1)),
    y1: Math.min(height, Math.ceil(box.y1)),
  }
}
