import type { PointMm } from './points.js'
import { mapAxes } from './vector.js'

/** A 4x4 matrix, row-major, last row 0 0 0 1: voxel index (x, y, z) to RAS mm. */
export type Affine = readonly [
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
  number,
  number,
  number,
  number,
]

/** Applies an affine to a point: voxel to mm with a volume's affine, mm to voxel with its inverse. */
export function applyAffine(m: Affine, [x, y, z]: PointMm): PointMm {
  return [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ]
}

/** Product `a * b`: applies `b` first. */
export function multiplyAffine(a: Affine, b: Affine): Affine {
  const row = (r: number): [number, number, number, number] => {
    const [p, q, s, t] = [a[4 * r], a[4 * r + 1], a[4 * r + 2], a[4 * r + 3]]
    return [
      p * b[0] + q * b[4] + s * b[8],
      p * b[1] + q * b[5] + s * b[9],
      p * b[2] + q * b[6] + s * b[10],
      p * b[3] + q * b[7] + s * b[11] + t,
    ]
  }
  return [...row(0), ...row(1), ...row(2), 0, 0, 0, 1]
}

/** Determinant of the 3x3 part; its absolute value is the voxel volume in mm^3. */
export function determinant(m: Affine): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8])
}

/** Inverse of an affine. The caller has checked that the determinant is not zero. */
export function invertAffine(m: Affine): Affine {
  const d = determinant(m)
  const c: readonly [number, number, number, number, number, number, number, number, number] = [
    (m[5] * m[10] - m[6] * m[9]) / d,
    (m[2] * m[9] - m[1] * m[10]) / d,
    (m[1] * m[6] - m[2] * m[5]) / d,
    (m[6] * m[8] - m[4] * m[10]) / d,
    (m[0] * m[10] - m[2] * m[8]) / d,
    (m[2] * m[4] - m[0] * m[6]) / d,
    (m[4] * m[9] - m[5] * m[8]) / d,
    (m[1] * m[8] - m[0] * m[9]) / d,
    (m[0] * m[5] - m[1] * m[4]) / d,
  ]
  return [
    c[0],
    c[1],
    c[2],
    -(c[0] * m[3] + c[1] * m[7] + c[2] * m[11]),
    c[3],
    c[4],
    c[5],
    -(c[3] * m[3] + c[4] * m[7] + c[5] * m[11]),
    c[6],
    c[7],
    c[8],
    -(c[6] * m[3] + c[7] * m[7] + c[8] * m[11]),
    0,
    0,
    0,
    1,
  ]
}

/** Length in mm of one voxel step along each array axis. */
export function spacingMm(m: Affine): PointMm {
  return mapAxes((axis) => Math.hypot(m[axis], m[4 + axis], m[8 + axis]))
}
