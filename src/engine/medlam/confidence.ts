import { SIDE_AXIS } from '../../protocol/geometry.js'
import { medianInPlace } from './relativeDistance.js'
import type { FoundPoint } from './target.js'

/** Spread of the templates' opinions on a wall, in mm, at which confidence has halved. */
const SPREAD_HALF_MM = 12
/** Similarity below which an image does not look like the templates at all, and above which it does. */
const SIMILARITY_RANGE = [0.2, 0.7] as const

/** Median absolute deviation over templates of the own coordinate of a point, in mm. */
export function wallSpreadMm(point: FoundPoint): number {
  const { axis } = SIDE_AXIS[point.target.side]
  const sal = axis === 0 ? 2 : axis === 1 ? 1 : 0
  const values = Float64Array.from(point.perTemplateMm, (p) => p[sal])
  const middle = medianInPlace(values.slice())
  return medianInPlace(values.map((value) => Math.abs(value - middle)))
}

/**
 * Confidence of a structure in [0, 1]: how well its templates agree on the walls, times how much the
 * image there looks like them.
 */
export function confidenceOf(points: readonly FoundPoint[]): number {
  const spread = points.reduce((sum, point) => sum + wallSpreadMm(point), 0) / points.length
  const agreement = 1 / (1 + spread / SPREAD_HALF_MM)
  const similarities = points.flatMap((point) => (point.similarity === null ? [] : [point.similarity]))
  if (similarities.length === 0) return agreement
  const mean = similarities.reduce((a, b) => a + b, 0) / similarities.length
  const [low, high] = SIMILARITY_RANGE
  return agreement * Math.min(1, Math.max(0, (mean - low) / (high - low)))
}

