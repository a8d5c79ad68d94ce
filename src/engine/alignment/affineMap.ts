import type { BoxMm, PointMm } from '../../shared/geometry/points.js'

/** An affine map of points in mm: three rows of four numbers, row-major. */
export type AffineMap = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

/** The map that leaves every point where it is. */
export const IDENTITY: AffineMap = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]

/** Where an affine map sends a point. */
export function mapPoint(m: AffineMap, [x, y, z]: PointMm): PointMm {
  return [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ]
}

/** Determinant of the linear part: by how much volumes grow, negative for a mirror. */
export function volumeScale(m: AffineMap): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8])
}

/** The inverse of an affine map whose determinant is not zero. */
export function invertMap(m: AffineMap): AffineMap {
  const d = volumeScale(m)
  const a = (m[5] * m[10] - m[6] * m[9]) / d
  const b = (m[2] * m[9] - m[1] * m[10]) / d
  const c = (m[1] * m[6] - m[2] * m[5]) / d
  const e = (m[6] * m[8] - m[4] * m[10]) / d
  const f = (m[0] * m[10] - m[2] * m[8]) / d
  const g = (m[2] * m[4] - m[0] * m[6]) / d
  const i = (m[4] * m[9] - m[5] * m[8]) / d
  const j = (m[1] * m[8] - m[0] * m[9]) / d
  const k = (m[0] * m[5] - m[1] * m[4]) / d
  const shift = (p: number, q: number, r: number): number => -(p * m[3] + q * m[7] + r * m[11])
  return [a, b, c, shift(a, b, c), e, f, g, shift(e, f, g), i, j, k, shift(i, j, k)]
}

/** The map that scales all axes alike and then moves. */
export function scaleAndShift(scale: number, [x, y, z]: PointMm): AffineMap {
  return [scale, 0, 0, x, 0, scale, 0, y, 0, 0, scale, z]
}

/** The smallest box around a mapped box. */
export function mapBox(m: AffineMap, { min, max }: BoxMm): BoxMm {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
    mapPoint(m, [i & 1 ? max[0] : min[0], i & 2 ? max[1] : min[1], i & 4 ? max[2] : min[2]]),
  )
  const along = (pick: (...values: number[]) => number): PointMm => [
    pick(...corners.map((p) => p[0])),
    pick(...corners.map((p) => p[1])),
    pick(...corners.map((p) => p[2])),
  ]
  return { min: along(Math.min), max: along(Math.max) }
}
