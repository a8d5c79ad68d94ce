import {
  EXTREME_SIDES,
  mapSides,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import { invertMap, mapPoint } from './affineMap.js'
import type { TemplateAlignment } from './alignTemplate.js'
import { addDisplacement, type Deformation } from './deformation.js'

const MOST_ROUNDS = 30
/** Points that still move less than this are found, in mm. */
const STILL_MM = 0.02

/** Where a template point lies in the query. */
export interface MovedPoint {
  readonly pointMm: PointMm
  /** How far from the template point the found point is mapped, in mm; large where the field folds. */
  readonly offMm: number
}

/**
 * The query point that a deformation sends to a template point: z = y - u(z), repeated, with half steps where that
 * does not come to rest (Chen et al., A simple fixed-point approach to invert a deformation field, Med Phys 2008).
 */
export function movePoint(deformation: Deformation, templateMm: PointMm): MovedPoint {
  const at = Float64Array.from(templateMm)
  const sent = new Float64Array(3)
  let offMm = Infinity
  let share = 1
  for (let round = 0; round < MOST_ROUNDS; round++) {
    sent.set(at)
    addDisplacement(deformation, sent)
    const off = [0, 1, 2].map((k) => templateMm[k] - sent[k])
    const distance = Math.hypot(...off)
    if (distance >= offMm) share /= 2
    offMm = distance
    if (distance < STILL_MM) break
    for (let k = 0; k < 3; k++) at[k] += share * off[k]
  }
  return { pointMm: mapPoint(invertMap(deformation.map), [at[0], at[1], at[2]]), offMm }
}

/** One template's points, and how that template lies on the query. */
export interface PointTemplate {
  readonly alignment: TemplateAlignment
  readonly points: ExtremePoints
}

/** A number and what it weighs. */
type Weighted = readonly [value: number, weight: number]

function weightedMedian(values: readonly Weighted[]): number {
  const sorted = [...values].sort(([a], [b]) => a - b)
  const half = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2
  let before = 0
  for (const [i, [value, weight]] of sorted.entries()) {
    before += weight
    if (Math.abs(before - half) < 1e-9 && i + 1 < sorted.length) return (value + sorted[i + 1][0]) / 2
    if (before > half) return value
  }
  return NaN
}

/** How much more a template weighs per unit of likeness: e-fold per 1 / 24. */
const WEIGHT_PER_LIKENESS = 24

/**
 * The extreme points of a structure in the query, for templates that have points and no label map: each template's
 * points are moved, and the weighted median taken coordinate by coordinate. At least one template.
 */
export function moveExtremePoints(templates: readonly PointTemplate[]): ExtremePoints {
  const moved = templates.map(({ alignment, points }) => ({
    weight: Math.exp(WEIGHT_PER_LIKENESS * alignment.edges),
    points: new Map(EXTREME_SIDES.map((side) => [side, movePoint(alignment.deformation, points[side]).pointMm])),
  }))
  const of = (side: ExtremeSide): PointMm => {
    const along = (axis: 0 | 1 | 2): number =>
      weightedMedian(moved.map(({ weight, points }) => [points.get(side)?.[axis] ?? NaN, weight]))
    return [along(0), along(1), along(2)]
  }
  return mapSides(of)
}
