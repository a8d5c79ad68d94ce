import type { Size3 } from '../../src/shared/geometry/points.js'
import type { Affine } from '../../src/shared/geometry/affine.js'
import type { Volume } from '../../src/shared/geometry/volume.js'

/** A storage order: which axis of the original each stored axis is, and whether it runs backwards. */
export interface StorageOrder {
  readonly name: string
  readonly axes: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2]
  readonly flips: readonly [boolean, boolean, boolean]
}

const LETTERS = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
] as const

/** All 48 ways to store an RAS array, named by where their axes run to. */
export const STORAGE_ORDERS: readonly StorageOrder[] = (
  [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const
).flatMap((axes) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits): StorageOrder => {
    const flips = [(bits & 1) !== 0, (bits & 2) !== 0, (bits & 4) !== 0] as const
    return { name: axes.map((axis, i) => LETTERS[axis][flips[i] ? 1 : 0]).join(''), axes, flips }
  }),
)

/** The same volume stored in another order: every voxel keeps its place in the patient. */
export function storedAs<T extends Int16Array | Float32Array | Uint8Array>(
  volume: Volume<T>,
  { axes, flips }: StorageOrder,
): Volume<T> {
  const size: Size3 = [volume.size[axes[0]], volume.size[axes[1]], volume.size[axes[2]]]
  const data = volume.data.slice() as T
  for (let z = 0, i = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, i++) {
        const from = [0, 0, 0]
        ;[x, y, z].forEach((index, k) => (from[axes[k]] = flips[k] ? size[k] - 1 - index : index))
        data[i] = volume.data[from[0] + volume.size[0] * (from[1] + volume.size[1] * from[2])]
      }
    }
  }
  const m = volume.affine
  const row = (r: number): [number, number, number, number] => {
    const column = (k: number): number => m[4 * r + axes[k]] * (flips[k] ? -1 : 1)
    const shift = [0, 1, 2].reduce((sum, k) => sum + (flips[k] ? m[4 * r + axes[k]] * (size[k] - 1) : 0), m[4 * r + 3])
    return [column(0), column(1), column(2), shift]
  }
  const affine: Affine = [...row(0), ...row(1), ...row(2), 0, 0, 0, 1]
  return { data, size, affine }
}
