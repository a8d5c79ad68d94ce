import type { PointMm } from './geometry/points.js'

/** A point that a user set to correct a mask: of the structure, or not of it. */
export interface RefinePoint {
  readonly pointMm: PointMm
  readonly isInside: boolean
}

/**
 * Why a change was carried no further: the next slice stayed as it was or is too far from the points for it, the structure
 * has no mask there, the slice is fixed, or it has points of its own.
 */
export type CarryEnd = 'settled' | 'far' | 'structureEnds' | 'fixed' | 'points'
