import { EXTREME_SIDES, type ExtremeSide } from '../../shared/geometry/points.js'
import type { PerWall } from '../../shared/geometry/wallErrors.js'

/** Wall distance (docs/method.md, section 10): the mean absolute error of the walls that can be judged, in mm; null when none can. */
export function wallDistanceMm(errors: PerWall, except: readonly ExtremeSide[] = []): number | null {
  const judged = EXTREME_SIDES.filter((side) => !except.includes(side))
  if (judged.length === 0) return null
  return judged.reduce((sum, side) => sum + Math.abs(errors[side]), 0) / judged.length
}
