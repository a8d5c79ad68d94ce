import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import { MARKING_SIDES, nextSide, type ScanPoints, type StructurePoints } from '../../shared/scanPoints.js'
import type { Plane } from '../viewer/projection.js'

/** The structure whose points are being placed, and the side that was asked for. */
export interface ActivePoint {
  readonly structure: string
  readonly side: ExtremeSide | null
}

/** A point that a click places. */
export interface PointToPlace {
  readonly structure: string
  readonly side: ExtremeSide
}

/** The structure whose points are being placed. */
export function activeStructure({ structures }: ScanPoints, active: ActivePoint | null): StructurePoints | undefined {
  return structures.find(({ name }) => name === active?.structure)
}

/** The side that a click places: the wanted one, else the first that is missing; null when all six are there. */
export function sideToPlace(structure: StructurePoints | undefined, wanted: ExtremeSide | null): ExtremeSide | null {
  if (structure === undefined) return null
  return wanted ?? nextSide(structure)
}

/** What the next click places. */
export function pointToPlace(points: ScanPoints, active: ActivePoint | null): PointToPlace | null {
  const structure = activeStructure(points, active)
  const side = sideToPlace(structure, active?.side ?? null)
  return structure === undefined || side === null ? null : { structure: structure.name, side }
}

/** What the next click places as long as it is missing: an older point in the way must not keep it from being placed. */
export function missingPoint(points: ScanPoints, active: ActivePoint | null): PointToPlace | null {
  const target = pointToPlace(points, active)
  return target === null || activeStructure(points, active)?.points[target.side] !== undefined ? null : target
}

/** What is active once the points have changed from `before` to `after`. */
export function activeAfter(before: ScanPoints, after: ScanPoints, active: ActivePoint | null): ActivePoint | null {
  const structure = activeStructure(after, active)
  if (active === null || structure === undefined) return null
  const target = pointToPlace(before, active)
  // A point that was asked for is there now: the guide goes on to the next one that is missing.
  return target !== null && structure.points[target.side] !== undefined
    ? { structure: active.structure, side: null }
    : active
}

/** The side before or after the one that a click would place. */
export function steppedSide(structure: StructurePoints, active: ActivePoint | null, step: 1 | -1): ExtremeSide {
  const at = MARKING_SIDES.indexOf(active?.side ?? nextSide(structure) ?? 'inferior')
  return MARKING_SIDES[(at + step + MARKING_SIDES.length) % MARKING_SIDES.length]
}

/** The points with one more, or one moved. */
export function withPoint(points: ScanPoints, { structure, side }: PointToPlace, pointMm: PointMm): ScanPoints {
  return {
    structures: points.structures.map((one) =>
      one.name === structure ? { ...one, points: { ...one.points, [side]: pointMm } } : one,
    ),
  }
}

/** The plane in which a side of a structure is seen best. */
export function planeOfSide(side: ExtremeSide): Plane {
  switch (side) {
    case 'inferior':
    case 'superior':
      return 'coronal'
    case 'posterior':
    case 'anterior':
      return 'sagittal'
    case 'right':
    case 'left':
      return 'axial'
  }
}
