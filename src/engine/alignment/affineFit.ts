import type { AffineMap } from './affineMap.js'

/** Pairs of points in mm: `from` is to be sent to `to`, three numbers per point. */
export interface PointPairs {
  readonly from: Float64Array
  readonly to: Float64Array
}

/** Distance in mm at which a pair counts half. */
const HALF_WEIGHT_MM = 10
const ROUNDS = 4
/** Pulls a fit to the map it started from, in pairs' worth per mm^2 of lever: keeps few pairs from tilting it. */
const STAY = 0.02

/** Solves a symmetric positive system in place by Gaussian elimination with pivoting; null when it has no solution. */
function solve(matrix: number[][], right: number[][]): number[][] | null {
  const n = matrix.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++)
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row
    if (Math.abs(matrix[pivot][column]) < 1e-9) return null
    ;[matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]]
    ;[right[column], right[pivot]] = [right[pivot], right[column]]
    for (let row = 0; row < n; row++) {
      if (row === column) continue
      const factor = matrix[row][column] / matrix[column][column]
      for (let k = column; k < n; k++) matrix[row][k] -= factor * matrix[column][k]
      for (let k = 0; k < 3; k++) right[row][k] -= factor * right[column][k]
    }
  }
  return right.map((row, i) => row.map((value) => value / matrix[i][i]))
}

/**
 * The affine map that sends points to their partners, by reweighted least squares: weight 1 / (1 + (r / 10 mm)^2),
 * four rounds.
 * @param start what a weak pull holds the fit to
 */
export function fitAffine({ from, to }: PointPairs, start: AffineMap): AffineMap {
  const pairs = from.length / 3
  if (pairs < 12) return start
  const middle = [0, 0, 0]
  for (let i = 0; i < from.length; i++) middle[i % 3] += from[i] / pairs
  const weights = new Float64Array(pairs).fill(1)
  let map = start
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = [0, 1, 2, 3].map(() => [0, 0, 0, 0])
    const right = [0, 1, 2, 3].map(() => [0, 0, 0])
    let total = 0
    for (let i = 0; i < pairs; i++) {
      const p = [from[3 * i] - middle[0], from[3 * i + 1] - middle[1], from[3 * i + 2] - middle[2], 1]
      const w = weights[i] * weights[i]
      total += w
      for (let r = 0; r < 4; r++) {
        for (let c = 0; c < 4; c++) matrix[r][c] += w * p[r] * p[c]
        for (let c = 0; c < 3; c++) right[r][c] += w * p[r] * to[3 * i + c]
      }
    }
    for (let axis = 0; axis < 3; axis++) {
      const stay = STAY * total * 1000
      matrix[axis][axis] += stay
      for (let c = 0; c < 3; c++) right[axis][c] += stay * start[4 * c + axis]
    }
    const solution = solve(matrix, right)
    if (solution === null) return map
    const row = (c: 0 | 1 | 2): [number, number, number, number] => {
      const [a, b, d, e] = [solution[0][c], solution[1][c], solution[2][c], solution[3][c]]
      return [a, b, d, e - a * middle[0] - b * middle[1] - d * middle[2]]
    }
    map = [...row(0), ...row(1), ...row(2)]
    for (let i = 0; i < pairs; i++) {
      const at = 3 * i
      const off = [0, 1, 2].map(
        (c) =>
          map[4 * c] * from[at] +
          map[4 * c + 1] * from[at + 1] +
          map[4 * c + 2] * from[at + 2] +
          map[4 * c + 3] -
          to[at + c],
      )
      weights[i] = 1 / (1 + (off[0] ** 2 + off[1] ** 2 + off[2] ** 2) / HALF_WEIGHT_MM ** 2)
    }
  }
  return map
}
