import { expect, it } from 'vitest'
import { sortedOnto } from '../../../../src/engine/labels/sortedOnto.js'
import { applyAffine, invertAffine } from '../../../../src/shared/geometry/affine.js'
import type { PointMm, Size3 } from '../../../../src/shared/geometry/points.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import { turnedAffine } from '../../../support/orientations.js'

const SIZE = [4, 3, 2] as const
const AFFINE = turnedAffine([0.8, 1.5, 3], [0.2, -0.1, 0.3], [10, -20, 30])
const LABELS: LabelVolume = { data: Uint8Array.from({ length: 24 }, (_, i) => i), size: SIZE, affine: AFFINE }

/** The same voxels stored along other axes, each perhaps the other way round. */
function stored(axes: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2], flips: readonly boolean[]): LabelVolume {
  const size: Size3 = [SIZE[axes[0]], SIZE[axes[1]], SIZE[axes[2]]]
  const data = new Uint8Array(24)
  const column = (to: number): readonly number[] =>
    [0, 1, 2].map((row) => AFFINE[4 * row + axes[to]] * (flips[to] ? -1 : 1))
  const corner: [number, number, number] = [0, 0, 0]
  axes.forEach((axis, to) => {
    corner[axis] = flips[to] ? SIZE[axis] - 1 : 0
  })
  const origin = applyAffine(AFFINE, corner)
  const [x, y, z] = [column(0), column(1), column(2)]
  const affine = [0, 1, 2].flatMap((row) => [x[row], y[row], z[row], origin[row]])
  const m = [...affine, 0, 0, 0, 1] as unknown as LabelVolume['affine']
  const back = invertAffine(AFFINE)
  for (let i = 0; i < 24; i++) {
    const voxel: PointMm = [i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / (size[0] * size[1]))]
    const [a, b, c] = applyAffine(back, applyAffine(m, voxel)).map(Math.round)
    data[i] = a + 4 * (b + 3 * c)
  }
  return { data, size, affine: m }
}

it.each([
  [
    [0, 1, 2],
    [true, false, false],
  ],
  [
    [0, 1, 2],
    [true, true, true],
  ],
  [
    [2, 0, 1],
    [false, false, false],
  ],
  [
    [1, 2, 0],
    [false, true, true],
  ],
] as const)('sorts labels stored along axes %j, flipped %j', (axes, flips) => {
  const other = stored(axes, flips)
  expect(sortedOnto(other, LABELS)).toEqual(LABELS)
})

it('is null for other voxels', () => {
  const shifted = AFFINE.map((value, i) => (i === 3 ? value + 0.5 : value)) as unknown as LabelVolume['affine']
  expect(sortedOnto({ ...LABELS, affine: shifted }, LABELS)).toBeNull()
  expect(sortedOnto({ data: new Uint8Array(12), size: [2, 3, 2], affine: AFFINE }, LABELS)).toBeNull()
})
