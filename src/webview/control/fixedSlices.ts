import { applyAffine, invertAffine } from '../../shared/geometry/affine.js'
import { canonicalOrder } from '../../shared/geometry/orient.js'
import type { PointMm } from '../../shared/geometry/points.js'
import type { EditorState, ImageState } from './editorState.js'

/**
 * The axial slices of the structure that is edited, 0 the lowest, to which the segmenter carries no change: kept ones, those
 * that were drawn by hand, and those with points. None while labels are not edited.
 */
export function fixedSlices({
  edit,
  image,
  labels,
  corrections,
}: Pick<EditorState, 'edit' | 'image' | 'labels' | 'corrections'>): number[] {
  const { activeLabel, drawnSlices } = labels
  if (!edit.isOn || image === null || activeLabel === null) return []
  const points = corrections.labelValue === activeLabel ? corrections.points : []
  const drawn = drawnSlices.filter(({ labelValue }) => labelValue === activeLabel).map(({ slice }) => slice)
  const pointed = points.map(({ pointMm }) => axialSlice(image, pointMm))
  return [...new Set([...corrections.fixedSlices, ...drawn, ...pointed])].sort((a, b) => a - b)
}

/** Whether a slice of the structure that is edited is kept or was drawn by hand, which can be taken back. */
export function isHeld({ labels, corrections }: Pick<EditorState, 'labels' | 'corrections'>, slice: number): boolean {
  const isDrawn = labels.drawnSlices.some((one) => one.labelValue === labels.activeLabel && one.slice === slice)
  return isDrawn || corrections.fixedSlices.includes(slice)
}

/** The axial slice that lies nearest to a point. */
function axialSlice(image: Pick<ImageState, 'size' | 'affine'>, pointMm: PointMm): number {
  const { size, affine } = canonicalOrder(image)
  const [, , at] = applyAffine(invertAffine(affine), pointMm)
  return Math.min(size[2] - 1, Math.max(0, Math.round(at)))
}

/** Slices as the planes number them, neighbours as a range: `3, 12–14`. */
export function slicesText(slices: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  for (const slice of slices) {
    const last = ranges.at(-1)
    if (last?.[1] === slice - 1) last[1] = slice
    else ranges.push([slice, slice])
  }
  return ranges.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`)).join(', ')
}
