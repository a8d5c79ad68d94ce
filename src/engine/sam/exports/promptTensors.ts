import type { Prompt, PromptMask } from '../prompts/prompt.js'
import { axisWeights, resamplePlane } from '../slices/resamplePlane.js'
import { toLetterbox, type Letterbox } from './letterbox.js'

/** Labels of prompt points: https://github.com/facebookresearch/segment-anything, scripts/export_onnx_model.py. */
export const LABEL = { padding: -1, outside: 0, inside: 1, boxStart: 2, boxEnd: 3 } as const

/** A prompt as SAM takes it: points in pixels of the square, x and y in turn, and a label for each. */
export interface LabelledPoints {
  readonly coords: number[]
  readonly labels: number[]
}

/** The points of a prompt, without its box. */
export function labelledPoints({ points }: Prompt, { scaleX, scaleY }: Letterbox): LabelledPoints {
  return {
    // SAM means the middle of a pixel by its index.
    coords: points.flatMap(({ x, y }) => [x * scaleX - 0.5, y * scaleY - 0.5]),
    labels: points.map(({ isInside }) => (isInside ? LABEL.inside : LABEL.outside)),
  }
}

/** The corners x0, y0, x1, y1 of a prompt's box in pixels of the square; nothing without a box. */
export function cornersOf({ box }: Prompt, letterbox: Letterbox): number[] {
  if (box === null) return []
  const { x0, y0, x1, y1 } = toLetterbox(box, letterbox)
  return [x0, y0, x1, y1]
}

/** The corners of a prompt's box, where it has one, and its points. */
export function cornersAndPoints(prompt: Prompt, letterbox: Letterbox): LabelledPoints {
  const { coords, labels } = labelledPoints(prompt, letterbox)
  const corners = cornersOf(prompt, letterbox)
  return {
    coords: [...corners, ...coords],
    labels: [...(corners.length === 0 ? [] : [LABEL.boxStart, LABEL.boxEnd]), ...labels],
  }
}

/** A logit that is certainly outside, as far from 0 as those of masks that models make. */
const OUTSIDE_LOGIT = -8

/**
 * A mask as the plane of logits that a decoder takes.
 * @param side of the square that the plane shows, in the pixels that `letterbox` counts
 * @param planeSide numbers along a side of the plane
 */
export function maskPlane(
  { region, data }: PromptMask,
  { scaleX, scaleY }: Letterbox,
  side: number,
  planeSide: number,
): Float32Array {
  const [stepX, stepY] = [side / planeSide / scaleX, side / planeSide / scaleY]
  const [width, height] = [region.x1 - region.x0, region.y1 - region.y0]
  const plane = new Float32Array(planeSide * planeSide).fill(OUTSIDE_LOGIT)
  const [left, top] = [Math.floor(region.x0 / stepX), Math.floor(region.y0 / stepY)]
  const columns = Math.min(planeSide, Math.ceil(region.x1 / stepX)) - left
  const rows = Math.min(planeSide, Math.ceil(region.y1 / stepY)) - top
  const resampled = resamplePlane(
    data,
    width,
    axisWeights(width, columns, stepX, left * stepX - region.x0),
    axisWeights(height, rows, stepY, top * stepY - region.y0),
  )
  for (let y = 0; y < rows; y++)
    plane.set(resampled.subarray(y * columns, (y + 1) * columns), (top + y) * planeSide + left)
  return plane
}
