import { MedlsamError } from '../../../shared/medlsamError.js'
import type { PixelBox, PixelRegion } from '../slices/sliceImage.js'

/** A point that is in the structure or not, in pixels of the slice image; 0 is the left or upper edge of pixel 0. */
export interface PromptPoint {
  readonly x: number
  readonly y: number
  readonly isInside: boolean
}

/** A mask that is there already, as logits of the pixels of `region`, row by row; all around is outside of it. */
export interface PromptMask {
  readonly region: PixelRegion
  readonly data: Float32Array
}

/** What a decoder is asked for on one slice image: a box, points, or both. */
export interface Prompt {
  /** In pixels of the slice image; null for points alone. */
  readonly box: PixelBox | null
  readonly points: readonly PromptPoint[]
  readonly mask: PromptMask | null
}

/** What a segmenter understands beside a box. */
export interface PromptKinds {
  readonly points: boolean
  readonly masks: boolean
}

/** What every segmenter understands. */
export const BOXES_ONLY: PromptKinds = { points: false, masks: false }

/** A prompt of a box alone. */
export function boxPrompt(box: PixelBox): Prompt {
  return { box, points: [], mask: null }
}

/** The box of a prompt, for a segmenter that takes nothing else. @throws MedlsamError `usage` without one */
export function boxOf({ box }: Prompt): PixelBox {
  if (box === null)
    throw new MedlsamError('usage', 'This segmenter takes boxes and no points: choose another one to set points.')
  return box
}
