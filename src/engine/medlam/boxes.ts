import {
  EXTREME_SIDES,
  mapSides,
  SIDE_AXIS,
  type BoxMm,
  type ExtremePoints,
  type PointMm,
} from '../../shared/geometry/points.js'
import { intersectBoxes } from '../../shared/geometry/boxConversion.js'
import { mapAxes, subtract } from '../../shared/geometry/vector.js'

/** Edge lengths of a box in mm. */
export function boxSizeMm({ min, max }: BoxMm): PointMm {
  return subtract(max, min)
}

/**
 * How far a found organ may differ from the templates' sizes before a wall is disbelieved (docs/method.md, sections 6
 * and 12).
 */
const SIZE_TOLERANCE = 0.5

/** A box after its check against the templates. */
export interface CheckedBox {
  readonly box: BoxMm
  /** Axes whose walls were replaced, as words for the user. */
  readonly repaired: readonly string[]
}

const AXIS_WORDS = ['left-right', 'front-back', 'head-foot'] as const

/**
 * Checks a box axis by axis: walls in order, size within the templates' sizes give or take
 * {@link SIZE_TOLERANCE}. An axis that fails takes the walls of relative distance regression alone,
 * or, where these fail too, the templates' median size around the middle of both.
 */
export function checkBox(box: BoxMm, coarse: BoxMm, templateSizesMm: readonly PointMm[]): CheckedBox {
  const min: [number, number, number] = [...box.min]
  const max: [number, number, number] = [...box.max]
  const repaired: string[] = []
  for (const axis of [0, 1, 2] as const) {
    const sizes = templateSizesMm.map((size) => size[axis]).sort((a, b) => a - b)
    const plausible = (size: number): boolean =>
      size > 0 && size >= sizes[0] * (1 - SIZE_TOLERANCE) && size <= (sizes.at(-1) ?? 0) * (1 + SIZE_TOLERANCE)
    if (plausible(max[axis] - min[axis])) continue
    repaired.push(AXIS_WORDS[axis])
    if (plausible(coarse.max[axis] - coarse.min[axis])) {
      min[axis] = coarse.min[axis]
      max[axis] = coarse.max[axis]
      continue
    }
    const middle = (min[axis] + max[axis] + coarse.min[axis] + coarse.max[axis]) / 4
    const half = sizes[Math.floor(sizes.length / 2)] / 2
    min[axis] = middle - half
    max[axis] = middle + half
  }
  return { box: { min, max }, repaired }
}

/**
 * Moves the walls of a box inwards, per side in the order of `EXTREME_SIDES`; negative for outwards. An axis that
 * would lose more than half of its length stays as it is.
 */
export function moveWalls({ min, max }: BoxMm, inwardsMm: readonly number[]): BoxMm {
  const walls = { min: [...min], max: [...max] } satisfies { min: number[]; max: number[] }
  for (const [i, side] of EXTREME_SIDES.entries()) {
    const { axis, sign } = SIDE_AXIS[side]
    walls[sign > 0 ? 'max' : 'min'][axis] -= sign * inwardsMm[i]
  }
  const keeps = (axis: 0 | 1 | 2): boolean => walls.max[axis] - walls.min[axis] >= (max[axis] - min[axis]) / 2
  const pick = (moved: readonly number[], old: PointMm): PointMm =>
    mapAxes((axis) => (keeps(axis) ? moved[axis] : old[axis]))
  return { min: pick(walls.min, min), max: pick(walls.max, max) }
}

/** Takes a box along when another is stretched from one place to another. */
export function stretchBox(box: BoxMm, from: BoxMm, to: BoxMm): BoxMm {
  const at = (mm: number, axis: 0 | 1 | 2): number =>
    to.min[axis] + ((mm - from.min[axis]) * (to.max[axis] - to.min[axis])) / (from.max[axis] - from.min[axis])
  const all = (point: PointMm): PointMm => mapAxes((axis) => at(point[axis], axis))
  return { min: all(box.min), max: all(box.max) }
}

/** Moves the own coordinates of six points onto the walls of a box. */
export function pointsOnWalls(points: ExtremePoints, box: BoxMm): ExtremePoints {
  return mapSides((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    const moved: [number, number, number] = [...points[side]]
    moved[axis] = (sign > 0 ? box.max : box.min)[axis]
    return moved
  })
}

/** Volume of a box in mm^3. */
export function boxVolumeMm3(box: BoxMm): number {
  const [x, y, z] = boxSizeMm(box)
  return x * y * z
}

/** Intersection over union of two boxes; 0 when they do not meet. */
export function boxIou(a: BoxMm, b: BoxMm): number {
  const both = intersectBoxes(a, b)
  if (both === null) return 0
  const shared = boxVolumeMm3(both)
  return shared / (boxVolumeMm3(a) + boxVolumeMm3(b) - shared)
}
