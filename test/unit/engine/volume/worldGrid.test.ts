import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PointMm } from '../../../../src/shared/geometry/points.js'
import { applyAffine, invertAffine, type Affine } from '../../../../src/shared/geometry/affine.js'
import type { Volume } from '../../../../src/shared/geometry/volume.js'
import { resampleToWorldGrid, type WorldGrid } from '../../../../src/engine/volume/worldGrid.js'
import { ORIENTATIONS, storeAs, turnedAffine } from '../../../support/orientations.js'
import { roughVolume } from '../../../support/roughVolume.js'

/** The definition in its plainest form: RAS-ordered input only, one point at a time. */
function plainResample(
  volume: Volume<Int16Array>,
  targetMm: number,
): { data: Float64Array; size: readonly number[]; originMm: PointMm } {
  const { affine: m, size } = volume
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
    applyAffine(m, [i & 1 ? size[0] - 0.5 : -0.5, i & 2 ? size[1] - 0.5 : -0.5, i & 4 ? size[2] - 0.5 : -0.5]),
  )
  const low = [0, 1, 2].map((axis) => Math.min(...corners.map((c) => c[axis])))
  const high = [0, 1, 2].map((axis) => Math.max(...corners.map((c) => c[axis])))
  const n = low.map((lo, axis) => Math.max(1, Math.ceil((high[axis] - lo) / targetMm - 1e-3)))
  const start = n.map((count, axis) => (low[axis] + high[axis]) / 2 - ((count - 1) / 2) * targetMm)
  const originMm: PointMm = [start[0] + (n[0] - 1) * targetMm, start[1], start[2]]

  const k = [0, 1, 2].map((axis) => Math.max(1, Math.floor(targetMm / Math.hypot(m[axis], m[4 + axis], m[8 + axis]))))
  const blocks = k.map((factor, axis) => Math.floor(size[axis] / factor))
  const block = (x: number, y: number, z: number): number => {
    let sum = 0
    for (let c = 0; c < k[2]; c++)
      for (let b = 0; b < k[1]; b++)
        for (let a = 0; a < k[0]; a++)
          sum += volume.data[x * k[0] + a + size[0] * (y * k[1] + b + size[1] * (z * k[2] + c))]
    return sum / (k[0] * k[1] * k[2])
  }
  const inverse = invertAffine(m)
  const data = new Float64Array(n[0] * n[1] * n[2])
  let at = 0
  for (let z = 0; z < n[2]; z++) {
    for (let y = 0; y < n[1]; y++) {
      for (let x = 0; x < n[0]; x++, at++) {
        const index = applyAffine(inverse, [
          originMm[0] - x * targetMm,
          originMm[1] + y * targetMm,
          originMm[2] + z * targetMm,
        ]).map((v, axis) => (v - (k[axis] - 1) / 2) / k[axis])
        if (index.some((v, axis) => v < -0.5 - 1e-9 || v > blocks[axis] - 0.5 + 1e-9)) {
          data[at] = -1000
          continue
        }
        const clamped = index.map((v, axis) => Math.min(blocks[axis] - 1, Math.max(0, v)))
        const floor = clamped.map((v, axis) => Math.min(Math.floor(v), Math.max(0, blocks[axis] - 2)))
        for (let corner = 0; corner < 8; corner++) {
          let weight = 1
          const voxel = floor.map((v, axis) => {
            const upper = (corner >> axis) & 1
            weight *= upper ? clamped[axis] - v : 1 - (clamped[axis] - v)
            return Math.min(v + upper, blocks[axis] - 1)
          })
          if (weight > 0) data[at] += weight * block(voxel[0], voxel[1], voxel[2])
        }
      }
    }
  }
  return { data, size: [n[2], n[1], n[0]], originMm }
}

function expectSame(
  actual: ReturnType<typeof resampleToWorldGrid>,
  expected: { data: ArrayLike<number>; size: readonly number[]; originMm: readonly number[] },
): void {
  expect(actual.size).toEqual(expected.size)
  actual.originMm.forEach((mm, i) => {
    expect(mm).toBeCloseTo(expected.originMm[i], 8)
  })
  let worst = 0
  for (let i = 0; i < actual.data.length; i++) worst = Math.max(worst, Math.abs(actual.data[i] - expected.data[i]))
  expect(worst).toBeLessThan(2e-4)
}

const SPACINGS: readonly PointMm[] = [
  [0.9, 1.2, 2.5],
  [3, 3, 3],
  [1, 1, 1],
  [4.1, 0.7, 5],
  [1.5, 1.5, 1.5],
]
const straight = SPACINGS.map((spacing) =>
  roughVolume([13, 11, 9], turnedAffine(spacing, [0, 0, 0], [-21.3, 7.7, -101.1])),
)
const oblique = SPACINGS.map((spacing) =>
  roughVolume([13, 11, 9], turnedAffine(spacing, [0.11, -0.2, 0.31], [-21.3, 7.7, -101.1])),
)

/** RAS mm of a grid index [z, y, x], and back. */
const gridToWorld = ({ originMm: o, spacingMm: s }: WorldGrid, [z, y, x]: PointMm): PointMm => [
  o[0] - x * s,
  o[1] + y * s,
  o[2] + z * s,
]
const worldToGrid = ({ originMm: o, spacingMm: s }: WorldGrid, [x, y, z]: PointMm): PointMm => [
  (z - o[2]) / s,
  (y - o[1]) / s,
  (o[0] - x) / s,
]

describe('resampleToWorldGrid', () => {
  test.each([...straight, ...oblique].map((volume, i) => ({ volume, i })))(
    'does what its definition says (case $i)',
    ({ volume }) => {
      for (const targetMm of [3, 2]) expectSame(resampleToWorldGrid(volume, targetMm), plainResample(volume, targetMm))
    },
  )

  test.each(ORIENTATIONS)('gives the same voxels for a scan stored as $name', (orientation) => {
    for (const volume of [...straight, ...oblique]) {
      const stored = storeAs(volume, orientation)
      const [expected, actual] = [resampleToWorldGrid(volume, 3), resampleToWorldGrid(stored, 3)]
      expect(actual.size).toEqual(expected.size)
      let worst = 0
      for (let i = 0; i < actual.data.length; i++) worst = Math.max(worst, Math.abs(actual.data[i] - expected.data[i]))
      expect(worst).toBeLessThan(1e-4)
    }
  })

  test('grows Superior, Anterior and Left', () => {
    const data = new Int16Array(27).fill(-1000)
    data[2 + 3 * (1 + 3 * 0)] = 100
    const affine: Affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
    const grid = resampleToWorldGrid({ data, size: [3, 3, 3], affine }, 3)
    expect(grid.originMm).toEqual([6, 0, 0])
    expect(grid.data[0 + 3 * (1 + 3 * 0)]).toBe(100)
  })

  test('keeps a slope in mm a slope in mm', () => {
    // A scan turned by less than a thousandth of a millimetre at its far corner is read as straight: so far may a place be off.
    const toleranceHu = 3 * 1e-3 + 1e-4
    const angle = fc.double({ min: -0.4, max: 0.4, noNaN: true })
    fc.assert(
      fc.property(fc.tuple(angle, angle, angle), fc.constantFrom(...ORIENTATIONS), (angles, orientation) => {
        const affine = turnedAffine([3.3, 3.1, 4], angles, [5, -3, 40])
        const size = [10, 11, 12] as const
        const data = new Float32Array(size[0] * size[1] * size[2])
        let at = 0
        const slope = ([x, y, z]: PointMm): number => 2 * x - 3 * y + z
        for (let z = 0; z < size[2]; z++)
          for (let y = 0; y < size[1]; y++)
            for (let x = 0; x < size[0]; x++) data[at++] = slope(applyAffine(affine, [x, y, z]))
        const stored = storeAs({ data, size, affine }, orientation)
        const grid = resampleToWorldGrid(stored, 3)
        const inverse = invertAffine(affine)
        let seen = 0
        for (let z = 0; z < grid.size[0]; z++) {
          for (let y = 0; y < grid.size[1]; y++) {
            for (let x = 0; x < grid.size[2]; x++) {
              const mm = gridToWorld(grid, [z, y, x])
              if (applyAffine(inverse, mm).some((v, axis) => v < 0 || v > size[axis] - 1)) continue
              seen++
              expect(Math.abs(grid.data[x + grid.size[2] * (y + grid.size[1] * z)] - slope(mm))).toBeLessThan(
                toleranceHu,
              )
            }
          }
        }
        expect(seen).toBeGreaterThan(100)
      }),
      {
        numRuns: 20,
        examples: [
          [[1e-5, 0, 0], ORIENTATIONS[0]],
          [[0, 5e-6, 5e-6], ORIENTATIONS[0]],
        ],
      },
    )
  })

  test('covers the whole scan', () => {
    for (const volume of [...straight, ...oblique]) {
      const grid = resampleToWorldGrid(volume, 3)
      const corner = applyAffine(volume.affine, [volume.size[0] - 1, 0, volume.size[2] - 1])
      worldToGrid(grid, corner).forEach((index, axis) => {
        expect(index).toBeGreaterThanOrEqual(-0.5 - 1e-3)
        expect(index).toBeLessThanOrEqual(grid.size[axis] - 0.5 + 1e-3)
      })
    }
  })
})
