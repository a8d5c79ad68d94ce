import { boxOfPoints, EXTREME_SIDES, type ExtremePoints, type PointMm } from '../../shared/geometry/points.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { fitAffine } from '../alignment/affineFit.js'
import { scaleAndShift, type AffineMap } from '../alignment/affineMap.js'
import { positionsOf, type TemplateBank } from '../medlam/templateBank.js'

/** Structures that MedLAM is less sure of do not hold a start. */
const SURE = 0.4

/** {@link startsOfPoints} of the structures that MedLAM is sure of. */
export function startsOfLandmarks(
  bank: TemplateBank,
  localized: readonly LocalizedStructure[],
): Map<string, AffineMap> {
  const sure = localized.flatMap(({ name, confidence, extremePointsMm, reason }) =>
    // What the field of view cuts, or had to be repaired, has other extreme points than the template.
    extremePointsMm === null || reason !== undefined || confidence < SURE ? [] : [[name, extremePointsMm] as const],
  )
  return startsOfPoints(bank, new Map(sure))
}

/**
 * For each template the affine map from scan mm to template mm that brings extreme points of the scan onto those of the
 * template. Templates that share fewer than two structures with the scan have none.
 * @param points by structure name
 */
export function startsOfPoints(
  { templates }: TemplateBank,
  points: ReadonlyMap<string, ExtremePoints>,
): Map<string, AffineMap> {
  const starts = new Map<string, AffineMap>()
  for (const { id, structures } of templates) {
    const from: PointMm[] = []
    const to: PointMm[] = []
    for (const [name, extremePointsMm] of points) {
      const encoded = structures.get(name)
      if (encoded === undefined) continue
      const known = positionsOf(encoded.points)
      const [middle, knownMiddle] = [middleOf(boxOfPoints(extremePointsMm)), middleOf(boxOfPoints(known))]
      from.push(middle, ...EXTREME_SIDES.map((side) => extremePointsMm[side]))
      to.push(knownMiddle, ...EXTREME_SIDES.map((side) => known[side]))
    }
    if (from.length < 14) continue
    const shift = [0, 1, 2].map((axis) => meanAlong(to, axis) - meanAlong(from, axis))
    const start = scaleAndShift(1, [shift[0], shift[1], shift[2]])
    starts.set(id, fitAffine({ from: Float64Array.from(from.flat()), to: Float64Array.from(to.flat()) }, start))
  }
  return starts
}

function middleOf({ min, max }: { readonly min: PointMm; readonly max: PointMm }): PointMm {
  return [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2]
}

function meanAlong(points: readonly PointMm[], axis: number): number {
  return points.reduce((sum, point) => sum + point[axis], 0) / points.length
}
