import { z } from 'zod'

/** A point or vector in RAS millimetres: [left to right, posterior to anterior, inferior to superior]. */
export type PointMm = readonly [number, number, number]

/** Numbers per axis of a voxel array: [x, y, z] with x running fastest in memory. */
export type Size3 = readonly [number, number, number]

/**
 * Axis-aligned box in RAS millimetres. Walls lie on voxel faces, so an organ of one
 * voxel has a box of one voxel.
 */
export interface BoxMm {
  readonly min: PointMm
  readonly max: PointMm
}

/** The six sides of a structure, in the order MedLAM uses: three minima, three maxima of z, y, x. */
export const EXTREME_SIDES = ['inferior', 'posterior', 'right', 'superior', 'anterior', 'left'] as const

/** One side of a structure, in patient space. */
export type ExtremeSide = (typeof EXTREME_SIDES)[number]

/** The six named extreme points of a structure in RAS millimetres. */
export type ExtremePoints = Readonly<Record<ExtremeSide, PointMm>>

/** Six values, one per side. */
export function mapSides<T>(of: (side: ExtremeSide) => T): Readonly<Record<ExtremeSide, T>> {
  return {
    inferior: of('inferior'),
    posterior: of('posterior'),
    right: of('right'),
    superior: of('superior'),
    anterior: of('anterior'),
    left: of('left'),
  }
}

const finite = z.number()

/**
 * True for points of the same place. Slicer's files and template sets round differently; a tenth of a micrometre is no
 * edit.
 */
export function samePoints(a: ExtremePoints, b: ExtremePoints): boolean {
  return EXTREME_SIDES.every((side) => a[side].every((mm, axis) => Math.abs(mm - b[side][axis]) < 1e-4))
}

/** Schema of {@link PointMm}. */
export const pointMmSchema = z.tuple([finite, finite, finite]).readonly()

/** Schema of {@link BoxMm}. */
export const boxMmSchema = z.object({ min: pointMmSchema, max: pointMmSchema }).readonly()

/** Schema of {@link ExtremePoints}. */
export const extremePointsSchema = z.object(mapSides(() => pointMmSchema)).readonly()

/**
 * The RAS axis a side is measured on and the direction in which it is extreme.
 * `axis` indexes a {@link PointMm}; `sign` is +1 where the side is the axis maximum.
 */
export const SIDE_AXIS: Readonly<Record<ExtremeSide, { readonly axis: 0 | 1 | 2; readonly sign: 1 | -1 }>> = {
  inferior: { axis: 2, sign: -1 },
  posterior: { axis: 1, sign: -1 },
  right: { axis: 0, sign: 1 },
  superior: { axis: 2, sign: 1 },
  anterior: { axis: 1, sign: 1 },
  left: { axis: 0, sign: -1 },
}

/** Box spanned by six extreme points: each wall is the own coordinate of its point (docs/method.md, section 6). */
export function boxOfPoints(points: ExtremePoints): BoxMm {
  const min: [number, number, number] = [0, 0, 0]
  const max: [number, number, number] = [0, 0, 0]
  for (const side of EXTREME_SIDES) {
    const { axis, sign } = SIDE_AXIS[side]
    ;(sign > 0 ? max : min)[axis] = points[side][axis]
  }
  return { min, max }
}
