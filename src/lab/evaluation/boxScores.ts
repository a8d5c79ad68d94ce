import { EXTREME_SIDES, type BoxMm, type ExtremeSide } from '../../shared/geometry/points.js'
import type { PerWall } from '../../shared/geometry/wallErrors.js'
import { boxVolumeMm3 } from '../../engine/medlam/boxes.js'
import { intersectBoxes } from '../../shared/geometry/boxConversion.js'

/** Intersection over union of two boxes; 0 when they do not meet. */
export function boxIou(a: BoxMm, b: BoxMm): number {
  const both = intersectBoxes(a, b)
  if (both === null) return 0
  const shared = boxVolumeMm3(both)
  return shared / (boxVolumeMm3(a) + boxVolumeMm3(b) - shared)
}

/** Wall distance (docs/method.md, section 10): the mean absolute error of the walls that can be judged, in mm; null when none can. */
export function wallDistanceMm(errors: PerWall, except: readonly ExtremeSide[] = []): number | null {
  const judged = EXTREME_SIDES.filter((side) => !except.includes(side))
  if (judged.length === 0) return null
  return judged.reduce((sum, side) => sum + Math.abs(errors[side]), 0) / judged.length
}
