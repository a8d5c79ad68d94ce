import type { PointMm } from '../../shared/geometry/points.js'
import { subtract } from '../../shared/geometry/vector.js'

/** HU at a point in mm of the model patient; NaN where the shape is not. */
export type HuField = (x: number, y: number, z: number) => number

/** A part of the model patient. */
export interface Shape {
  /** Bounds in mm: xMin, xMax, yMin, yMax, zMin, zMax. */
  readonly bounds: readonly [number, number, number, number, number, number]
  /** Label value of the organ this is, 0 for none. */
  readonly label: number
  readonly huAt: HuField
}

/** A cross-section of a {@link tube} at height z: centre and half-axes in mm. */
export interface Section {
  readonly z: number
  readonly x: number
  readonly y: number
  readonly rx: number
  readonly ry: number
}

/** Piecewise-linear interpolation in a table of rows sorted by their first number; clamped at both ends. */
function lookUp(table: readonly (readonly number[])[], key: number, column: number): number {
  let i = 1
  while (i < table.length - 1 && table[i][0] < key) i++
  const [a, b] = [table[i - 1], table[i]]
  const t = Math.min(1, Math.max(0, (key - a[0]) / (b[0] - a[0])))
  return a[column] + t * (b[column] - a[column])
}

/**
 * One column of such a table as a function, sampled at every half millimetre beforehand: the phantom
 * asks for it millions of times.
 */
export function profile(table: readonly (readonly number[])[], column: number): (key: number) => number {
  const from = table[0][0]
  const samples = Float64Array.from({ length: Math.ceil((table[table.length - 1][0] - from) * 2) + 2 }, (_, i) =>
    lookUp(table, from + i / 2, column),
  )
  const last = samples.length - 2
  return (key) => {
    const at = Math.min(last, Math.max(0, (key - from) * 2))
    const i = Math.floor(at)
    return samples[i] + (at - i) * (samples[i + 1] - samples[i])
  }
}

/** Distance from an ellipsoid's centre in units of its half-axes; 1 on the surface. */
export function ellipsoidRadius(x: number, y: number, z: number, c: PointMm, r: PointMm): number {
  const u = (x - c[0]) / r[0]
  const v = (y - c[1]) / r[1]
  const w = (z - c[2]) / r[2]
  return Math.sqrt(u * u + v * v + w * w)
}

/** Distance from the middle of an ellipse in units of its half-axes. Math.hypot is many times slower. */
export function ellipseRadius(dx: number, dy: number, rx: number, ry: number): number {
  const u = dx / rx
  const v = dy / ry
  return Math.sqrt(u * u + v * v)
}

/** A solid ellipsoid; with `wallMm` and `wallHu` its outermost layer differs. */
export function ellipsoid(
  c: PointMm,
  r: PointMm,
  hu: number,
  options: { label?: number; wallMm?: number; wallHu?: number } = {},
): Shape {
  const core = 1 - (options.wallMm ?? 0) / Math.min(r[0], r[1], r[2])
  const wallHu = options.wallHu ?? hu
  return {
    bounds: [c[0] - r[0], c[0] + r[0], c[1] - r[1], c[1] + r[1], c[2] - r[2], c[2] + r[2]],
    label: options.label ?? 0,
    huAt: (x, y, z) => {
      const radius = ellipsoidRadius(x, y, z, c, r)
      return radius > 1 ? Number.NaN : radius > core ? wallHu : hu
    },
  }
}

/** An upright tube of elliptic sections, given from bottom to top; `wallMm` and `wallHu` as for {@link ellipsoid}. */
export function tube(
  sections: readonly Section[],
  hu: number,
  options: { label?: number; wallMm?: number; wallHu?: number } = {},
): Shape {
  const table = sections.map((s) => [s.z, s.x, s.y, s.rx, s.ry])
  const wallMm = options.wallMm ?? 0
  const wallHu = options.wallHu ?? hu
  const [bottom, top] = [table[0][0], table[table.length - 1][0]]
  const [middleX, middleY, halfX, halfY] = [profile(table, 1), profile(table, 2), profile(table, 3), profile(table, 4)]
  return {
    bounds: [
      Math.min(...sections.map((s) => s.x - s.rx)),
      Math.max(...sections.map((s) => s.x + s.rx)),
      Math.min(...sections.map((s) => s.y - s.ry)),
      Math.max(...sections.map((s) => s.y + s.ry)),
      bottom,
      top,
    ],
    label: options.label ?? 0,
    huAt: (x, y, z) => {
      const rx = halfX(z)
      const ry = halfY(z)
      const radius = ellipseRadius(x - middleX(z), y - middleY(z), rx, ry)
      if (radius > 1) return Number.NaN
      return wallMm > 0 && radius > 1 - wallMm / Math.min(rx, ry) ? wallHu : hu
    },
  }
}

/** What a {@link rod} is made of: a shell of `wallHu`, inside `hu`. */
export interface RodMaterial {
  readonly radiusMm: number
  readonly hu: number
  readonly wallMm: number
  readonly wallHu: number
}

/** A rod with round ends from `p` to `q`. */
export function rod(p: PointMm, q: PointMm, { radiusMm, hu, wallMm, wallHu }: RodMaterial): Shape {
  const d = subtract(q, p)
  const length2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
  const bound = (axis: 0 | 1 | 2): [number, number] => [
    Math.min(p[axis], q[axis]) - radiusMm,
    Math.max(p[axis], q[axis]) + radiusMm,
  ]
  return {
    bounds: [...bound(0), ...bound(1), ...bound(2)],
    label: 0,
    huAt: (x, y, z) => {
      const t = Math.min(1, Math.max(0, ((x - p[0]) * d[0] + (y - p[1]) * d[1] + (z - p[2]) * d[2]) / length2))
      const dx = x - p[0] - t * d[0]
      const dy = y - p[1] - t * d[1]
      const dz = z - p[2] - t * d[2]
      const distance = Math.sqrt(dx * dx + dy * dy + dz * dz)
      return distance > radiusMm ? Number.NaN : distance > radiusMm - wallMm ? wallHu : hu
    },
  }
}

/** Left and right copy of a shape builder: called with side +1 (patient right, larger x) and -1. */
export function bothSides(build: (side: 1 | -1) => Shape): readonly Shape[] {
  return [build(1), build(-1)]
}
