/** Three numbers, one per axis. */
type Triple = readonly [number, number, number]

/** A triple made axis by axis. */
export function mapAxes(of: (axis: 0 | 1 | 2) => number): [number, number, number] {
  return [of(0), of(1), of(2)]
}

/** Sum of two vectors. */
export function add(a: Triple, b: Triple): [number, number, number] {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/** Vector from `b` to `a`. */
export function subtract(a: Triple, b: Triple): [number, number, number] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/** A vector times a number. */
export function scale(a: Triple, factor: number): [number, number, number] {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

/** Scalar product. */
export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/** Vector product. */
export function cross(a: Triple, b: Triple): [number, number, number] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
