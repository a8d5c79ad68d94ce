import type { MaskLogits } from '../exports/exportLayout.js'
import { oddsOfDraft } from '../prior/draftOdds.js'
import { oddsOnSlice } from '../prior/templatesPrior.js'
import { unionPixels } from '../prompts/sliceBoxes.js'
import type { OrganPlan } from '../slicePlan.js'
import type { AxialView } from '../slices/axialView.js'
import { regionAround, type PixelBox, type PixelRegion } from '../slices/sliceImage.js'
import { paintMask, weighWithDraft, weighWithPrior, type SliceMask, type Weigh } from './paintMask.js'
import type { SliceCanvases } from './sliceCanvases.js'

/** A mask that the model made, and where. */
interface SampledMask {
  readonly slice: number
  readonly mask: MaskLogits | null
}

/**
 * Paints one organ. Slices that the model does not see take their logits from the sampled slices below and above them,
 * mixed by distance, beside what the templates know of the organ on that very slice.
 */
export class OrganPainter {
  private below: SampledMask | null = null

  constructor(
    private readonly plan: OrganPlan,
    private readonly canvases: SliceCanvases,
    private readonly view: AxialView,
    private readonly sliceStep: number,
  ) {}

  /** The pixels to ask the model about on a slice: also those that its neighbours without a mask of their own need. */
  regionAt(slice: number): PixelRegion {
    const { plan, view } = this
    const near = [...plan.reach].flatMap(([other, reach]) =>
      other === slice || (plan.hasOdds && Math.abs(other - slice) < this.sliceStep) ? [reach] : [],
    )
    return regionAround(near.reduce(unionPixels), view.size[0], view.size[1])
  }

  /**
   * Paints a sampled slice and those between it and the last one.
   * @param mask null where the model was not asked
   */
  paint(slice: number, mask: MaskLogits | null): void {
    const above = { slice, mask }
    if (this.plan.hasOdds) {
      for (const between of this.plan.boxes.keys()) {
        if (between < slice && (this.below === null || between > this.below.slice))
          this.paintSlice(between, this.below ?? above, above)
      }
    }
    this.paintSlice(slice, above, above)
    this.below = above
    if (!this.plan.hasOdds || slice !== Math.max(...this.plan.sampled)) return
    for (const beyond of this.plan.boxes.keys()) if (beyond > slice) this.paintSlice(beyond, above, above)
  }

  private paintSlice(slice: number, below: SampledMask, above: SampledMask): void {
    const { plan, view, canvases } = this
    const [box, reach] = [plan.boxes.get(slice), plan.reach.get(slice)]
    if (box === undefined || reach === undefined) return
    const mask: SliceMask = {
      region: regionAround(reach, view.size[0], view.size[1]),
      logitAt: above.mask === null && !plan.hasOdds ? ellipseIn(box) : logitsBetween(slice, below, above),
      weigh: weighOn(plan, view, slice, box),
    }
    paintMask(canvases.at(slice), mask, plan.request.structure.labelValue)
  }
}

/** Where nothing but a box is known: the ellipse that fills it is inside. */
function ellipseIn({ x0, y0, x1, y1 }: PixelBox): (x: number, y: number) => number {
  return (x, y) => 1 - ((2 * x + 1 - x0 - x1) / (x1 - x0)) ** 2 - ((2 * y + 1 - y0 - y1) / (y1 - y0)) ** 2
}

/** Logits of a slice at or between two masks. */
function logitsBetween(slice: number, below: SampledMask, above: SampledMask): (x: number, y: number) => number {
  if (below.slice === above.slice) return logitsOf(above.mask)
  const [lower, upper] = [logitsOf(below.mask), logitsOf(above.mask)]
  const share = (slice - below.slice) / (above.slice - below.slice)
  return (x, y) => (1 - share) * lower(x, y) + share * upper(x, y)
}

/** A mask's logits; certainly outside beyond what the model was asked about, and undecided where it was not asked. */
function logitsOf(mask: MaskLogits | null): (x: number, y: number) => number {
  if (mask === null) return () => 0
  const { region, data } = mask
  const width = region.x1 - region.x0
  return (x, y) =>
    x < region.x0 || y < region.y0 || x >= region.x1 || y >= region.y1
      ? OUTSIDE
      : data[(y - region.y0) * width + x - region.x0]
}

/** A logit that no weighing takes for anything but outside. */
const OUTSIDE = -100

/** How the model's masks of an organ are weighed on a slice; null where nothing else is known of it. */
function weighOn({ request, boxes }: OrganPlan, view: AxialView, slice: number, box: PixelBox): Weigh | null {
  const { prior, draft } = request
  if (draft !== undefined) return weighWithDraft(oddsOfDraft(draft, prior ?? null, view, slice))
  if (prior === undefined) return null
  const [lowest] = boxes.keys()
  return weighWithPrior(oddsOnSlice(prior, box, (slice - lowest + 0.5) / boxes.size))
}
