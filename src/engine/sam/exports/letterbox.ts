import type { Fit } from '../../../shared/modelTypes.js'
import type { SliceImage, PixelBox, PixelRegion } from '../slices/sliceImage.js'
import { axisWeights, resamplePlane } from '../slices/resamplePlane.js'

/** How a slice image was fitted into the square that a model looks at. */
export interface Letterbox {
  /** Pixels of the square that the slice image covers, from the upper left corner. */
  readonly width: number
  readonly height: number
  /** Pixels of the square per pixel of the slice image. */
  readonly scaleX: number
  readonly scaleY: number
}

/**
 * Fits a slice image into a canvas. `pad` fills the canvas as far as pixels stay as wide as they are high in mm;
 * `stretch` fills all of it.
 */
export function fitLetterbox(
  { width, height, pixelMm: [columnMm, rowMm] }: SliceImage,
  canvasWidth: number,
  canvasHeight: number,
  fit: Fit,
): Letterbox {
  if (fit === 'stretch')
    return { width: canvasWidth, height: canvasHeight, scaleX: canvasWidth / width, scaleY: canvasHeight / height }
  const perMm = Math.min(canvasWidth / (width * columnMm), canvasHeight / (height * rowMm))
  const coveredWidth = Math.max(1, Math.floor(width * columnMm * perMm + 0.5))
  const coveredHeight = Math.max(1, Math.floor(height * rowMm * perMm + 0.5))
  return { width: coveredWidth, height: coveredHeight, scaleX: coveredWidth / width, scaleY: coveredHeight / height }
}

/** Corners in pixels of the square. SAM means the pixels under the corners, so the far edge is one pixel less. */
export function toLetterbox(box: PixelBox, { scaleX, scaleY }: Letterbox): PixelBox {
  const x0 = box.x0 * scaleX
  const y0 = box.y0 * scaleY
  return { x0, y0, x1: Math.max(x0, box.x1 * scaleX - 1), y1: Math.max(y0, box.y1 * scaleY - 1) }
}

/** One plane of mask logits that shows the whole square. */
export interface MaskPlane {
  readonly data: Float32Array
  /** Index of its first number in `data`. */
  readonly offset: number
  readonly width: number
  readonly height: number
}

/**
 * Brings the part of a mask that shows the slice image to the slice image's pixels.
 * @param side Side of the square that the mask shows, in the pixels that `letterbox` counts.
 */
export function enlarge(
  { data, offset, width, height }: MaskPlane,
  side: number,
  letterbox: Letterbox,
  region: PixelRegion,
): Float32Array {
  const [perColumn, perRow] = [side / width, side / height]
  const stepX = letterbox.scaleX / perColumn
  const stepY = letterbox.scaleY / perRow
  const x = axisWeights(Math.ceil(letterbox.width / perColumn), region.x1 - region.x0, stepX, region.x0 * stepX)
  const y = axisWeights(Math.ceil(letterbox.height / perRow), region.y1 - region.y0, stepY, region.y0 * stepY)
  return resamplePlane(data, width, x, y, offset)
}
