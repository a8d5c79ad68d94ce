import type { PromptMask } from '../sam/prompts/prompt.js'
import type { PixelRegion } from '../sam/slices/sliceImage.js'
import type { PixelMask } from './pixelMask.js'

/** Logits of a mask that is known, as large as those of masks that models make. */
const CERTAIN_LOGIT = 8

/** The part of a mask in a region as a prompt. */
export function promptMask({ width, data }: PixelMask, region: PixelRegion): PromptMask {
  const logits = new Float32Array((region.x1 - region.x0) * (region.y1 - region.y0))
  let at = 0
  for (let y = region.y0; y < region.y1; y++)
    for (let x = region.x0; x < region.x1; x++)
      logits[at++] = data[y * width + x] === 0 ? -CERTAIN_LOGIT : CERTAIN_LOGIT
  return { region, data: logits }
}
