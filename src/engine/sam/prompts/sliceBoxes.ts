import { unionOfBoxes } from '../../../shared/geometry/boxConversion.js'
import type { BoxMm, PointMm } from '../../../shared/geometry/points.js'
import { mapAxes } from '../../../shared/geometry/vector.js'
import { applyAffine, invertAffine } from '../../../shared/geometry/affine.js'
import { COVER_REACH } from '../../../shared/organPrior.js'
import { viewPointMm, type AxialView } from '../slices/axialView.js'
import type { PixelBox } from '../slices/sliceImage.js'

/**
 * How the boxes of an organ's parts become one box per slice: `union` takes all parts that cover the
 * slice, `interpolate` moves the walls linearly from the middle of one part to the middle of the next.
 */
export type PartsMode = 'union' | 'interpolate'

/**
 * Where a box cuts one slice: the rectangle around the cut, on pixel edges, clamped to the slice.
 * Exact for oblique scans too, where the cut is a polygon. Null when box and slice do not meet.
 */
function cutSlice(view: AxialView, box: BoxMm, slice: number): PixelBox | null {
  const [columns, rows] = view.size
  let polygon: (readonly [number, number])[] = [
    [0, 0],
    [columns, 0],
    [columns, rows],
    [0, rows],
  ]
  for (const axis of [0, 1, 2] as const) {
    const mm = ([x, y]: readonly [number, number]): number => viewPointMm(view, x - 0.5, y - 0.5, slice)[axis]
    polygon = clip(polygon, (point) => mm(point) - box.min[axis])
    polygon = clip(polygon, (point) => box.max[axis] - mm(point))
  }
  if (polygon.length === 0) return null
  const xs = polygon.map(([x]) => x)
  const ys = polygon.map(([, y]) => y)
  const cut = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) }
  return cut.x1 > cut.x0 && cut.y1 > cut.y0 ? cut : null
}

/**
 * One box per slice for an organ.
 * @param boxesMm Its whole box, or the boxes of its parts.
 * @param marginMm Added on both sides of each axis; along S at the ends of the organ only.
 * @returns Boxes by slice in ascending order; empty when nothing lies inside the scan.
 */
export function boxPerSlice(
  view: AxialView,
  boxesMm: readonly BoxMm[],
  marginMm: PointMm,
  mode: PartsMode,
): Map<number, PixelBox> {
  const parts = withMargin(boxesMm, marginMm, view.spacingMm[2])
  const perSlice = new Map<number, PixelBox>()
  if (parts.length === 0) return perSlice
  const whole = parts.reduce(unionOfBoxes)
  const [first, last] = sliceRange(view, whole)
  for (let slice = first; slice <= last; slice++) {
    const covering =
      mode === 'union' ? parts.map((part) => cutSlice(view, part, slice)).filter((cut) => cut !== null) : []
    // Between two parts that do not touch, the walls are interpolated in either mode.
    const cut =
      covering.length > 0
        ? covering.reduce(unionPixels)
        : cutSlice(view, interpolated(view, parts, whole, slice), slice)
    if (cut !== null) perSlice.set(slice, cut)
  }
  return perSlice
}

function withMargin(boxes: readonly BoxMm[], [x, y, z]: PointMm, sliceMm: number): BoxMm[] {
  const sorted = [...boxes].sort((a, b) => centreZ(a) - centreZ(b))
  return sorted.map(({ min, max }, i) => {
    let bottom = min[2] - (i === 0 ? z : 0)
    let top = max[2] + (i === sorted.length - 1 ? z : 0)
    // A box between the centres of two slices would touch neither.
    const lacking = sorted.length === 1 ? sliceMm - (top - bottom) : 0
    if (lacking > 0) [bottom, top] = [bottom - lacking / 2, top + lacking / 2]
    return { min: [min[0] - x, min[1] - y, bottom], max: [max[0] + x, max[1] + y, top] }
  })
}

function interpolated(view: AxialView, parts: readonly BoxMm[], whole: BoxMm, slice: number): BoxMm {
  const inView = applyAffine(invertAffine(view.affine), centre(whole))
  const z = viewPointMm(view, inView[0], inView[1], slice)[2]
  const above = parts.findIndex((part) => centreZ(part) >= z)
  const upper = parts[above === -1 ? parts.length - 1 : above]
  const lower = above === -1 ? upper : parts[Math.max(0, above - 1)]
  const gap = centreZ(upper) - centreZ(lower)
  const t = gap > 0 ? (z - centreZ(lower)) / gap : 0
  const mix = (a: number, b: number): number => a + t * (b - a)
  return {
    min: [mix(lower.min[0], upper.min[0]), mix(lower.min[1], upper.min[1]), whole.min[2]],
    max: [mix(lower.max[0], upper.max[0]), mix(lower.max[1], upper.max[1]), whole.max[2]],
  }
}

function sliceRange(view: AxialView, { min, max }: BoxMm): [number, number] {
  const toView = invertAffine(view.affine)
  const slices: number[] = []
  for (const x of [min[0], max[0]])
    for (const y of [min[1], max[1]]) for (const z of [min[2], max[2]]) slices.push(applyAffine(toView, [x, y, z])[2])
  return [Math.max(0, Math.ceil(Math.min(...slices))), Math.min(view.size[2] - 1, Math.floor(Math.max(...slices)))]
}

/** Keeps the part of a convex polygon where `inside`, a linear function, is not negative. */
function clip(
  polygon: readonly (readonly [number, number])[],
  inside: (point: readonly [number, number]) => number,
): (readonly [number, number])[] {
  return polygon.flatMap((point, i) => {
    const before = polygon[(i + polygon.length - 1) % polygon.length]
    const [here, there] = [inside(point), inside(before)]
    const kept = here >= 0 ? [point] : []
    if (here >= 0 === there >= 0) return kept
    const t = there / (there - here)
    return [[before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1])] as const, ...kept]
  })
}

function centre({ min, max }: BoxMm): PointMm {
  return mapAxes((axis) => (min[axis] + max[axis]) / 2)
}

function centreZ({ min, max }: BoxMm): number {
  return (min[2] + max[2]) / 2
}

/** The box around two boxes. */
export function unionPixels(a: PixelBox, b: PixelBox): PixelBox {
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) }
}

/** A slice's box with what a prior covers around it. */
export function withReach({ x0, y0, x1, y1 }: PixelBox): PixelBox {
  const [dx, dy] = [COVER_REACH * (x1 - x0), COVER_REACH * (y1 - y0)]
  return { x0: x0 - dx, y0: y0 - dy, x1: x1 + dx, y1: y1 + dy }
}
