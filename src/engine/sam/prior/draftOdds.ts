import { huBin } from '../../../shared/organPrior.js'
import { draftShareAt, type DraftMask } from '../../volume/draftMask.js'
import { viewPointMm, type AxialView } from '../slices/axialView.js'
import type { TemplatesPrior } from './templatesPrior.js'

/**
 * What a share that is over or under the draft's level by 1 counts, and the HU of the templates beside it: chosen on four
 * `dev` scans of head and neck and four of the trunk (docs/alignment.md).
 */
const SHARE_WEIGHT = 8
const HU_WEIGHT = 1

/**
 * Log odds that the voxels of a slice belong to an organ, by its draft and, where the templates know it, by their HU.
 */
export function oddsOfDraft(
  draft: DraftMask,
  prior: TemplatesPrior | null,
  view: AxialView,
  slice: number,
): (x: number, y: number, hu: number) => number {
  return (x, y, hu) => {
    const place = SHARE_WEIGHT * (draftShareAt(draft, viewPointMm(view, x, y, slice)) - draft.level)
    return place + (prior === null ? 0 : HU_WEIGHT * prior.hu[huBin(hu)])
  }
}
