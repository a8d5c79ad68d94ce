import { applyAffine, invertAffine } from '../../../shared/geometry/affine.js'
import type { PointMm } from '../../../shared/geometry/points.js'
import { draftShareAt, type DraftMask } from '../../volume/draftMask.js'
import { viewPointMm, type AxialView } from '../slices/axialView.js'
import type { PixelBox } from '../slices/sliceImage.js'

/**
 * One box per slice around a draft: on each slice as wide as the draft is there.
 * @param marginMm added on both sides of each axis; along S at the ends of the organ only
 * @returns boxes by slice in ascending order, on pixel edges and inside the view; empty when the draft lies outside
 */
export function boxPerSliceOfDraft(view: AxialView, draft: DraftMask, marginMm: PointMm): Map<number, PixelBox> {
  const { low, high } = viewRange(view, draft)
  const drawn = new Map<number, PixelBox>()
  for (let slice = low[2]; slice <= high[2]; slice++) {
    const box = boxOnSlice(view, draft, slice, { x0: low[0], y0: low[1], x1: high[0] + 1, y1: high[1] + 1 })
    if (box !== null) drawn.set(slice, box)
  }
  return withMargin(view, drawn, marginMm)
}

/** The voxels of the view among which all of a draft lies, both ends inclusive. */
function viewRange(view: AxialView, draft: DraftMask): { readonly low: number[]; readonly high: number[] } {
  const inverse = invertAffine(view.affine)
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    applyAffine(inverse, [
      draft.originMm[0] + (corner & 1 ? draft.size[0] : -1) * draft.spacingMm,
      draft.originMm[1] + (corner & 2 ? draft.size[1] : -1) * draft.spacingMm,
      draft.originMm[2] + (corner & 4 ? draft.size[2] : -1) * draft.spacingMm,
    ]),
  )
  const along = (axis: number): number[] => corners.map((corner) => corner[axis])
  return {
    low: [0, 1, 2].map((axis) => Math.max(0, Math.floor(Math.min(...along(axis))))),
    high: [0, 1, 2].map((axis) => Math.min(view.size[axis] - 1, Math.ceil(Math.max(...along(axis))))),
  }
}

function boxOnSlice(view: AxialView, draft: DraftMask, slice: number, range: PixelBox): PixelBox | null {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let y = range.y0; y < range.y1; y++) {
    for (let x = range.x0; x < range.x1; x++) {
      if (draftShareAt(draft, viewPointMm(view, x, y, slice)) < draft.level) continue
      x0 = Math.min(x0, x)
      y0 = Math.min(y0, y)
      x1 = Math.max(x1, x + 1)
      y1 = Math.max(y1, y + 1)
    }
  }
  return x1 > x0 ? { x0, y0, x1, y1 } : null
}

function withMargin(view: AxialView, boxes: ReadonlyMap<number, PixelBox>, marginMm: PointMm): Map<number, PixelBox> {
  const slices = [...boxes.keys()]
  if (slices.length === 0) return new Map()
  const [dx, dy, dz] = marginMm.map((mm, axis) => mm / view.spacingMm[axis])
  const [first, last] = [slices[0], slices[slices.length - 1]]
  const grown = new Map<number, PixelBox>()
  const [from, to] = [Math.max(0, first - Math.round(dz)), Math.min(view.size[2] - 1, last + Math.round(dz))]
  for (let slice = from; slice <= to; slice++) {
    const box = boxes.get(Math.min(last, Math.max(first, slice)))
    if (box === undefined) continue
    grown.set(slice, {
      x0: Math.max(0, box.x0 - dx),
      y0: Math.max(0, box.y0 - dy),
      x1: Math.min(view.size[0], box.x1 + dx),
      y1: Math.min(view.size[1], box.y1 + dy),
    })
  }
  return grown
}
