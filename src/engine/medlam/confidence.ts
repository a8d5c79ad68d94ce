import { EXTREME_SIDES, SIDE_AXIS } from '../../shared/geometry/points.js'
import { mean, medianInPlace } from '../numeric/statistics.js'
import type { Calibration } from './templateBank.js'
import type { FoundPoint } from './landmarkQuery.js'

/** Wall error in mm and similarity assumed of a structure that was never calibrated. */
const USUAL_ERROR_MM = 6
const USUAL_SIMILARITY = 0.75
/** Share by which the expected error grows per unit of missing similarity, and its bounds; fitted on training scans. */
const ERROR_PER_SIMILARITY = 5
const LEAST_FACTOR = 0.25
const MOST_FACTOR = 4
/** Expected wall error in mm at which confidence is one half. */
const HALF_CONFIDENCE_MM = 7

/** Median absolute deviation over templates of the own coordinate of a point, in mm. */
export function wallSpreadMm(point: FoundPoint): number {
  const { axis } = SIDE_AXIS[point.query.side]
  // Superior, anterior, left are z, y, x.
  const values = Float64Array.from(point.perTemplateMm, (p) => p[2 - axis])
  const middle = medianInPlace(values.slice())
  return medianInPlace(values.map((value) => Math.abs(value - middle)))
}

/**
 * Wall error in mm to expect of a structure: its usual error, more where the scan looks less like the
 * templates than usual. The spread over templates was tried and predicts nothing on our data
 * (training/RECORD.md).
 */
function expectedErrorMm(points: readonly FoundPoint[], calibration: Calibration | undefined): number {
  const expected = points.map(({ query, similarity }) => {
    const side = EXTREME_SIDES.indexOf(query.side)
    const error = calibration?.errorMm[side] ?? USUAL_ERROR_MM
    const usual = calibration?.similarity[side] ?? USUAL_SIMILARITY
    const factor = 1 + ERROR_PER_SIMILARITY * (usual - (similarity ?? 0))
    return error * Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor))
  })
  return mean(expected)
}

/** Confidence of a structure in a scan that looks as much like the templates as is usual. */
export function usualConfidence(calibration: Calibration | undefined): number {
  return confidenceAt(calibration === undefined ? USUAL_ERROR_MM : mean(calibration.errorMm))
}

/** Confidence of a structure in [0, 1]: one half where its walls are expected to be 7 mm off. */
export function confidenceOf(points: readonly FoundPoint[], calibration: Calibration | undefined): number {
  return confidenceAt(expectedErrorMm(points, calibration))
}

function confidenceAt(errorMm: number): number {
  return 1 / (1 + (errorMm / HALF_CONFIDENCE_MM) ** 2)
}
