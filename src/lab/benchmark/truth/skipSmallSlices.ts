import { axialView } from '../../../engine/sam/slices/axialView.js'
import type { LabelVolume } from '../../../shared/geometry/volume.js'

/** A pixel as the published thresholds mean it: a slice of 500 mm in 512 columns. */
const PUBLISHED_PIXEL_MM = 500 / 512

/** A prediction and its truth. */
export interface MaskPair {
  readonly prediction: LabelVolume
  readonly truth: LabelVolume
}

/**
 * The paper's protocol: slices on which the truth has fewer than `minPixels` pixels of a structure, also none, are
 * taken out of its prediction and truth. Pixels are those of a full-size scan (0.98 mm), so that the threshold
 * means one area on coarse scans too.
 * @param structures values of a structure in the truth and in the prediction
 */
export function skipSmallSlices(
  { prediction, truth }: MaskPair,
  structures: readonly { readonly labelValue: number; readonly predictedValue: number }[],
  minPixels: number,
): MaskPair {
  const view = axialView(truth)
  const pixels = (view.spacingMm[0] * view.spacingMm[1]) / PUBLISHED_PIXEL_MM ** 2
  const [ours, theirs] = [prediction.data.slice(), truth.data.slice()]
  const [columns, rows, slices] = view.size
  for (let slice = 0; slice < slices; slice++) {
    const areas = new Map<number, number>()
    const visit = (each: (at: number) => void): void => {
      for (let y = 0; y < rows; y++) {
        let at = view.origin + y * view.strides[1] + slice * view.strides[2]
        for (let x = 0; x < columns; x++, at += view.strides[0]) each(at)
      }
    }
    visit((at) => areas.set(truth.data[at], (areas.get(truth.data[at]) ?? 0) + pixels))
    const skipped = structures.filter(({ labelValue }) => (areas.get(labelValue) ?? 0) < minPixels)
    const [skipTruth, skipOurs] = [
      new Set(skipped.map(({ labelValue }) => labelValue)),
      new Set(skipped.map(({ predictedValue }) => predictedValue)),
    ]
    visit((at) => {
      if (skipTruth.has(truth.data[at])) theirs[at] = 0
      if (skipOurs.has(prediction.data[at])) ours[at] = 0
    })
  }
  return { prediction: { ...prediction, data: ours }, truth: { ...truth, data: theirs } }
}
