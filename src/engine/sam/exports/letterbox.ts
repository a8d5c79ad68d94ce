import type { Fit } from '../../../shared/modelTypes.js'
import type { Picture, PixelBox, PixelRegion } from '../slices/sliceImage.js'
import { axisWeights, resamplePlane } from '../slices/resample.js'

/** How a picture was fitted into the square that a model looks at. */
export interface Frame {
  /** Pixels of the square that the picture covers, from the upper left corner. */
  readonly width: number
  readonly height: number
  /** Pixels of the square per pixel of the picture. */
  readonly scaleX: number
  readonly scaleY: number
}

/**
 * Fits a picture into a canvas. `pad` fills the canvas as far as pixels stay as wide as they are high in mm;
 * `stretch` fills all of it.
 */
export function fitFrame(
  { width, height, pixelMm: [columnMm, rowMm] }: Picture,
  canvasWidth: number,
  canvasHeight: number,
  fit: Fit,
): Frame {
  if (fit === 'stretch')
    return { width: canvasWidth, height: canvasHeight, scaleX: canvasWidth / width, scaleY: canvasHeight / height }
  const perMm = Math.min(canvasWidth / (width * columnMm), canvasHeight / (height * rowMm))
  const frameWidth = Math.max(1, Math.floor(width * columnMm * perMm + 0.5))
  const frameHeight = Math.max(1, Math.floor(height * rowMm * perMm + 0.5))
  return { width: frameWidth, height: frameHeight, scaleX: frameWidth / width, scaleY: frameHeight / height }
}

/** Corners in pixels of the square. SAM means the pixels under the corners, so the far edge is one pixel less. */
export function toFrame(box: PixelBox, { scaleX, scaleY }: Frame): PixelBox {
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
 * Brings the part of a mask that shows the picture to the picture's pixels.
 * @param side Side of the square that the mask shows, in the pixels that `frame` counts.
 */
export function enlarge(
  { data, offset, width, height }: MaskPlane,
  side: number,
  frame: Frame,
  region: PixelRegion,
): Float32Array {
  const [perColumn, perRow] = [side / width, side / height]
  const stepX = frame.scaleX / perColumn
  const stepY = frame.scaleY / perRow
  const x = axisWeights(Math.ceil(frame.width / perColumn), region.x1 - region.x0, stepX, region.x0 * stepX)
  const y = axisWeights(Math.ceil(frame.height / perRow), region.y1 - region.y0, stepY, region.y0 * stepY)
  return resamplePlane(data, width, x, y, offset)
}
