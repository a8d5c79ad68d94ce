import type { Affine } from '../../shared/geometry/affine.js'

/** An affine from the rows that NiiVue keeps: at least three of four numbers each. */
export function affineOfRows([x, y, z]: readonly (readonly number[])[]): Affine {
  return [x[0], x[1], x[2], x[3], y[0], y[1], y[2], y[3], z[0], z[1], z[2], z[3], 0, 0, 0, 1]
}
