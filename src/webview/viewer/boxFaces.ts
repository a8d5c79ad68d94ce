import type { BoxMm, PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { BoxFace } from './overlayScene.js'
import { PLANE_AXES, project, type Plane, type Tile } from './projection.js'

/** A box is no thinner than this. */
const THINNEST_MM = 1

/** The box with one of its faces at another place, never past the opposite one. */
export function withFace({ min, max }: BoxMm, { axis, end }: BoxFace, mm: number): BoxMm {
  const moved = (from: PointMm, to: number): PointMm => mapAxes((one) => (one === axis ? to : from[one]))
  return end === 'min'
    ? { min: moved(min, Math.min(mm, max[axis] - THINNEST_MM)), max }
    : { min, max: moved(max, Math.max(mm, min[axis] + THINNEST_MM)) }
}

/** The faces of a box that a plane shows from the side, each with the place of its middle on the tile. */
export function facesOnTile(
  tile: Tile,
  { min, max }: BoxMm,
): { readonly face: BoxFace; readonly x: number; readonly y: number; readonly isAcross: boolean }[] {
  const [across, down] = PLANE_AXES[tile.plane]
  const middle = mapAxes((axis) => (min[axis] + max[axis]) / 2)
  return [across, down].flatMap((axis) =>
    (['min', 'max'] as const).map((end) => {
      const wall = end === 'min' ? min : max
      const { x, y } = project(
        tile,
        mapAxes((one) => (one === axis ? wall[one] : middle[one])),
      )
      return { face: { axis, end }, x, y, isAcross: axis === across }
    }),
  )
}

/**
 * The box of a rectangle in a plane: as deep as another box that the plane cuts, else as the rectangle's shorter side is
 * long.
 */
export function boxOfRectangle(plane: Plane, fromMm: PointMm, toMm: PointMm, other: BoxMm | null): BoxMm {
  const [across, down, depth] = PLANE_AXES[plane]
  const at = fromMm[depth]
  const size = (axis: 0 | 1 | 2): number => Math.abs(toMm[axis] - fromMm[axis])
  const half = Math.min(size(across), size(down)) / 2
  const isCut = other !== null && at >= other.min[depth] && at <= other.max[depth]
  const [low, high] = isCut ? [other.min[depth], other.max[depth]] : [at - half, at + half]
  return {
    min: mapAxes((axis) => (axis === depth ? low : Math.min(fromMm[axis], toMm[axis]))),
    max: mapAxes((axis) => (axis === depth ? high : Math.max(fromMm[axis], toMm[axis]))),
  }
}
