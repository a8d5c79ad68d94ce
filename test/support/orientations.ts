import type { PointMm, Size3 } from '../../src/shared/geometry/points.js'
import { multiplyAffine, type Affine } from '../../src/shared/geometry/affine.js'
import type { Volume, VoxelArray } from '../../src/shared/geometry/volume.js'

/** A way to store an array: stored axis `i` runs along RAS axis `axes[i]`, reversed where `flips[i]`. */
export interface Orientation {
  /** Where the stored axes run to, such as `LPS`. */
  readonly name: string
  readonly axes: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2]
  readonly flips: readonly [boolean, boolean, boolean]
}

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/** All 48 ways to store a volume along the patient's axes. */
export const ORIENTATIONS: readonly Orientation[] = PERMUTATIONS.flatMap((axes) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
    const flips = [(bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0] as const
    return { name: axes.map((axis, i) => (flips[i] ? 'LPI' : 'RAS')[axis]).join(''), axes, flips }
  }),
)

/** The same RAS volume stored another way: every voxel keeps its place in the patient. */
export function storeAs<T extends VoxelArray>(ras: Volume<T>, { axes, flips }: Orientation): Volume<T> {
  const size: Size3 = [ras.size[axes[0]], ras.size[axes[1]], ras.size[axes[2]]]
  const data = ras.data.slice() as T
  const matrix = new Array<number>(12).fill(0)
  axes.forEach((axis, i) => {
    matrix[4 * axis + i] = flips[i] ? -1 : 1
    matrix[4 * axis + 3] = flips[i] ? size[i] - 1 : 0
  })
  let at = 0
  for (let c = 0; c < size[2]; c++) {
    for (let b = 0; b < size[1]; b++) {
      for (let a = 0; a < size[0]; a++) {
        const index = [0, 0, 0]
        ;[a, b, c].forEach((n, i) => {
          index[axes[i]] = flips[i] ? size[i] - 1 - n : n
        })
        data[at++] = ras.data[index[0] + ras.size[0] * (index[1] + ras.size[1] * index[2])]
      }
    }
  }
  return { data, size, affine: multiplyAffine(ras.affine, affineOfRows(matrix)) }
}

/** The affine of a volume stored in an orientation, centred on a point. */
export function orientedAffine(
  { axes, flips }: Orientation,
  size: Size3,
  spacing: PointMm,
  centre: PointMm = [0, 0, 0],
): Affine {
  const rows = new Array<number>(12).fill(0)
  axes.forEach((axis, i) => {
    const step = flips[i] ? -spacing[i] : spacing[i]
    rows[4 * axis + i] = step
    rows[4 * axis + 3] = centre[axis] - (step * (size[i] - 1)) / 2
  })
  return affineOfRows(rows)
}

/** An affine with this spacing, turned by angles about x, y, z (radians), voxel (0,0,0) at `origin`. */
export function turnedAffine(spacing: PointMm, [ax, ay, az]: PointMm, origin: PointMm): Affine {
  const [cx, sx, cy, sy, cz, sz] = [Math.cos(ax), Math.sin(ax), Math.cos(ay), Math.sin(ay), Math.cos(az), Math.sin(az)]
  const rotation = [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ]
  return affineOfRows(rotation.flatMap((row, i) => [...row.map((value, axis) => value * spacing[axis]), origin[i]]))
}

/** An affine of its first three rows. */
function affineOfRows(rows: readonly number[]): Affine {
  const [a, b, c, d, e, f, g, h, i, j, k, l] = rows
  return [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 1]
}
