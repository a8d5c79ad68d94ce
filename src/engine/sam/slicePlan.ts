import type { BoxMm } from '../../shared/geometry/points.js'
import type { Structure } from '../../shared/structure.js'
import type { AxialView } from './slices/axialView.js'
import { marginMm, type BoxMargin } from './prompts/boxMargin.js'
import type { PixelBox, WindowHu } from './slices/sliceImage.js'
import { boxPerSliceOfDraft } from './prompts/draftBoxes.js'
import { boxPerSlice, withReach, type PartsMode } from './prompts/sliceBoxes.js'
import type { TemplatesPrior } from './prior/templatesPrior.js'
import type { DraftMask } from '../volume/draftMask.js'

/** An organ to segment, and where it is. */
export interface SlicePlanRequest {
  readonly structure: Pick<Structure, 'name' | 'labelValue'>
  /** Its whole box in RAS mm, or the boxes of its parts along S. */
  readonly boxesMm: readonly BoxMm[]
  /** True when the organ is one connected piece, so that stray pieces can go. */
  readonly onePiece?: boolean
  /** Window to show this organ in; the segmenter's own when absent. */
  readonly windowHu?: WindowHu
  /** What it looks like in the templates, to weigh the model's masks with. */
  readonly prior?: TemplatesPrior
  /** A first idea of its mask: gives each slice its box, and takes the place of the prior's shape. */
  readonly draft?: DraftMask
}

/** The prompts of one organ. */
export interface OrganPlan {
  readonly request: SlicePlanRequest
  /**
   * Whether its templates know where it is on every slice: then slices that the networks do not see take the logits of
   * their neighbours. Contours are interpolated otherwise.
   */
  readonly hasOdds: boolean
  /** Box per slice, for every slice of the organ in ascending order. */
  readonly boxes: ReadonlyMap<number, PixelBox>
  /** What its mask may cover on each of these slices: the box, and what lies around it where there is a prior. */
  readonly reach: ReadonlyMap<number, PixelBox>
  /** The slices to run the networks on. */
  readonly sampled: ReadonlySet<number>
}

/** How prompts are made of boxes. */
export interface PromptRules {
  readonly margin: BoxMargin
  readonly partsMode: PartsMode
  /** Run every Nth slice of the scan of organs whose contours are interpolated, and always their first and last. */
  readonly sliceStep: number
  /** The same of organs that are known on every slice; the middle one where none of them meets the organ. */
  readonly knownStep: number
}

/** Prompts for every organ. */
export function planOrgans(
  view: AxialView,
  requests: readonly SlicePlanRequest[],
  { margin, partsMode, sliceStep, knownStep }: PromptRules,
): OrganPlan[] {
  const grownMm = marginMm(margin, view)
  return requests.map((request) => {
    const boxes =
      request.draft === undefined
        ? boxPerSlice(view, request.boxesMm, grownMm, partsMode)
        : boxPerSliceOfDraft(view, request.draft, grownMm)
    const hasOdds = request.prior !== undefined || request.draft !== undefined
    const sampled = sampledSlices([...boxes.keys()], hasOdds ? knownStep : sliceStep, hasOdds)
    const reach = hasOdds ? new Map([...boxes].map(([slice, box]) => [slice, insideView(withReach(box), view)])) : boxes
    return { request, hasOdds, boxes, reach, sampled: new Set(sampled) }
  })
}

/** Counted from the scan's lowest slice, so that organs share slices and with them their encoding. */
function sampledSlices(slices: readonly number[], sliceStep: number, hasOdds: boolean): readonly number[] {
  const shared = slices.filter((slice) => slice % sliceStep === 0)
  if (!hasOdds) return slices.filter((slice, i) => slice % sliceStep === 0 || i === 0 || i === slices.length - 1)
  return shared.length > 0 || slices.length === 0 ? shared : [slices[Math.floor(slices.length / 2)]]
}

function insideView({ x0, y0, x1, y1 }: PixelBox, { size: [columns, rows] }: AxialView): PixelBox {
  return { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(columns, x1), y1: Math.min(rows, y1) }
}

/** Every slice that some organ needs, lowest first. */
export function plannedSlices(plans: readonly OrganPlan[]): number[] {
  return [...new Set(plans.flatMap(({ sampled }) => [...sampled]))].sort((a, b) => a - b)
}
