import { mapSides, SIDE_AXIS, type BoxMm, type ExtremeSide } from './points.js'

/** One number per wall of a box. */
export type PerWall = Readonly<Record<ExtremeSide, number>>

/** How far each wall of a box lies outside (positive) or inside (negative) of the true one, in mm. */
export function wallErrorsMm(found: BoxMm, truth: BoxMm): PerWall {
  return mapSides((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    return sign > 0 ? found.max[axis] - truth.max[axis] : truth.min[axis] - found.min[axis]
  })
}
