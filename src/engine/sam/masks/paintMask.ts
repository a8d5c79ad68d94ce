import type { Volume } from '../../../shared/geometry/volume.js'
import type { PixelRegion } from '../slices/sliceImage.js'
import type { AxialView } from '../slices/axialView.js'

/** One slice of a label map that masks are painted into. */
export interface SliceCanvas {
  readonly scan: Volume<Int16Array | Float32Array>
  readonly labels: Volume<Uint8Array | Uint16Array>
  readonly view: AxialView
  readonly slice: number
  /** What the pixels painted so far are worth, row by row; 0 where nothing is painted. */
  readonly worth: Float32Array
}

/** A pixel's worth for an organ, above 0 inside it, from the model's logit, its place and its HU. */
export type Weigh = (logit: number, x: number, y: number, hu: number) => number

/**
 * How much the model's logit counts beside the templates' log odds, and what both together must exceed. A
 * logit says little about boxes that are some millimetres off: chosen on `dev` scans.
 */
const MODEL_WEIGHT = 0.1
const MOST_LOGIT = 6
const BAR = 0.5

/** Weighs the model's logits with the log odds of the templates' prior. */
export function weighWithPrior(odds: (x: number, y: number, hu: number) => number): Weigh {
  return (logit, x, y, hu) => MODEL_WEIGHT * Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit)) + odds(x, y, hu) - BAR
}

/** How much the model's logit counts beside the log odds of a draft: chosen on `dev` scans. */
const MODEL_WEIGHT_WITH_DRAFT = 0.2

/** Weighs the model's logits with the log odds of a draft. */
export function weighWithDraft(odds: (x: number, y: number, hu: number) => number): Weigh {
  return (logit, x, y, hu) =>
    MODEL_WEIGHT_WITH_DRAFT * Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit)) + odds(x, y, hu)
}

/** What a mask is made of on one slice. */
export interface SliceMask {
  /** Pixels that it may cover. */
  readonly region: PixelRegion
  /** The model's logit of a pixel. */
  readonly logitAt: (x: number, y: number) => number
  /** Null for the model's logit alone. */
  readonly weigh: Weigh | null
}

/** Writes a mask into the label map wherever it is inside and more certain than what is there. */
export function paintMask(
  { scan, labels, view, slice, worth: best }: SliceCanvas,
  { region, logitAt, weigh }: SliceMask,
  labelValue: number,
): void {
  const [columnStride, rowStride, sliceStride] = view.strides
  for (let y = region.y0; y < region.y1; y++) {
    for (let x = region.x0; x < region.x1; x++) {
      const pixel = y * view.size[0] + x
      const voxel = view.origin + x * columnStride + y * rowStride + slice * sliceStride
      const logit = logitAt(x, y)
      const worth = weigh === null ? logit : weigh(logit, x, y, scan.data[voxel])
      // Equal worth goes to the smaller label, so that the order of requests never matters.
      if (worth < best[pixel] || worth <= 0 || (worth === best[pixel] && labels.data[voxel] < labelValue)) continue
      best[pixel] = worth
      labels.data[voxel] = labelValue
    }
  }
}
