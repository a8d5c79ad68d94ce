import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXTREME_SIDES, SIDE_AXIS, type PointMm } from '../../../../src/shared/geometry/points.js'
import { applyAffine, invertAffine } from '../../../../src/shared/geometry/affine.js'
import { extremePointsOfLabels, labelExtents } from '../../../../src/engine/labels/extremePoints.js'
import { boxVoxelToMm } from '../../../../src/shared/geometry/boxConversion.js'
import type { LabelVolume, Volume } from '../../../../src/shared/geometry/volume.js'
import { ORIENTATIONS, storeAs, turnedAffine } from '../../../support/orientations.js'

type Voxel = readonly [number, number, number]

function labelsOf(
  voxels: readonly Voxel[],
  affine = turnedAffine([1, 2, 3], [0, 0, 0], [-10, -20, -30]),
  value = 5,
): Volume<Uint8Array> {
  const size = [9, 8, 12] as const
  const data = new Uint8Array(size[0] * size[1] * size[2])
  for (const [x, y, z] of voxels) data[x + size[0] * (y + size[1] * z)] = value
  return { data, size, affine }
}

/** A leaning organ: each slice shifted, so that every side has its own plane. */
const LEANING: readonly Voxel[] = [2, 3, 4, 5, 6, 7].flatMap((z) =>
  [0, 1, 2].flatMap((x) => [0, 1].map((y): Voxel => [x + (z >> 1), y + (z > 4 ? 2 : 1), z])),
)

describe('extremePointsOfLabels', () => {
  test('takes the middle voxel of each outermost plane and its outer face', () => {
    const [{ points }] = extremePointsOfLabels(labelsOf(LEANING))
    const voxel = (x: number, y: number, z: number): PointMm => applyAffine(labelsOf([]).affine, [x, y, z])
    // z = 2: x 1..3, y 1..2; (y, x) raster with x growing left: y=1: 3 2 1, y=2: 3 2 1; element 3 is (3, 2).
    expect(points.inferior).toEqual(voxel(3, 2, 1.5))
    expect(points.superior).toEqual(voxel(5, 3, 7.5))
    // y = 1: z 2..4, x 1..3 for z 2, 3 and 2..4 for z 4; (x, z): 4: 4; 3: 2 3 4; 2: 2 3 4; 1: 2 3; element 4 of 9 is (2, z 2).
    expect(points.posterior).toEqual(voxel(2, 0.5, 2))
    // x = 5: z 6..7, y 2..3; (z, y): element 2 of 4 is z 7, y 2.
    expect(points.right).toEqual(voxel(5.5, 2, 7))
    // x = 1: z 2..3, y 1..2: element 2 of 4 is z 3, y 1.
    expect(points.left).toEqual(voxel(0.5, 1, 3))
    // y = 3: z 5..7: z 5: x 2..4, z 6, 7: x 3..5; (x, z): 5: 6 7; 4: 5 6 7; 3: 5 6 7; 2: 5; element 4 of 9 is (4, z 7).
    expect(points.anterior).toEqual(voxel(4, 3.5, 7))
  })

  test('gives a box of one voxel for an organ of one voxel', () => {
    const [{ points, voxels, onePiece }] = extremePointsOfLabels(labelsOf([[4, 4, 4]]))
    expect([voxels, onePiece]).toEqual([1, true])
    expect([points.left[0], points.right[0]]).toEqual([-6.5, -5.5])
    expect([points.posterior[1], points.anterior[1]]).toEqual([-13, -11])
    expect([points.inferior[2], points.superior[2]]).toEqual([-19.5, -16.5])
  })

  test.each(ORIENTATIONS)('gives the same points whatever the storage order: $name', (orientation) => {
    for (const angles of [
      [0, 0, 0],
      [0.1, -0.2, 0.15],
    ] as const) {
      const volume = labelsOf(LEANING, turnedAffine([1, 2, 3], angles, [-10, -20, -30]))
      const [expected] = extremePointsOfLabels(volume, { maxParts: 3 })
      const [actual] = extremePointsOfLabels(storeAs(volume, orientation), { maxParts: 3 })
      for (const side of EXTREME_SIDES) {
        actual.points[side].forEach((mm, i) => {
          expect(mm).toBeCloseTo(expected.points[side][i], 9)
        })
        actual.parts.forEach((part, p) => {
          part[side].forEach((mm, i) => {
            expect(mm).toBeCloseTo(expected.parts[p][side][i], 9)
          })
        })
      }
    }
  })

  test('puts every point on a voxel of the organ, oblique scans too', () => {
    const small = fc.double({ min: -0.5, max: 0.5, noNaN: true })
    const voxels = fc.array(fc.tuple(fc.nat(8), fc.nat(7), fc.nat(11)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        fc.tuple(small, small, small),
        voxels,
        fc.constantFrom(...ORIENTATIONS),
        (angles, organ, orientation) => {
          const volume = labelsOf(organ, turnedAffine([1, 2, 3], angles, [-10, -20, -30]))
          const inverse = invertAffine(volume.affine)
          const [{ points }] = extremePointsOfLabels(storeAs(volume, orientation))
          for (const side of EXTREME_SIDES) {
            const { axis, sign } = SIDE_AXIS[side]
            const index: [number, number, number] = [...applyAffine(inverse, points[side])]
            index[axis] -= sign / 2
            const [x, y, z] = index.map(Math.round)
            index.forEach((v, i) => {
              expect(v).toBeCloseTo([x, y, z][i], 6)
            })
            expect(volume.data[x + 9 * (y + 8 * z)]).toBe(5)
            expect(index[axis]).toBeCloseTo(sign * Math.max(...organ.map((voxel) => sign * voxel[axis])), 6)
          }
        },
      ),
    )
  })

  test('lists labels by value and leaves out the background', () => {
    const volume = labelsOf(LEANING)
    volume.data[0] = 2
    expect(extremePointsOfLabels(volume).map((label) => [label.labelValue, label.voxels])).toEqual([
      [2, 1],
      [5, LEANING.length],
    ])
    expect(extremePointsOfLabels(labelsOf([]))).toEqual([])
  })
})

describe('Parts along the body', () => {
  test('cover the whole organ without gaps, from inferior to superior', () => {
    for (const maxParts of [1, 2, 3, 4, 5, 6]) {
      const [{ points, parts }] = extremePointsOfLabels(labelsOf(LEANING), { maxParts })
      expect(parts).toHaveLength(maxParts)
      expect(parts[0].inferior[2]).toBe(points.inferior[2])
      expect(parts[maxParts - 1].superior[2]).toBe(points.superior[2])
      parts.slice(1).forEach((part, i) => {
        expect(part.inferior[2]).toBe(parts[i].superior[2])
      })
    }
  })

  test('have their points within their planes', () => {
    const [{ parts }] = extremePointsOfLabels(labelsOf(LEANING), { maxParts: 3 })
    for (const part of parts) {
      for (const side of EXTREME_SIDES) {
        expect(part[side][2]).toBeGreaterThanOrEqual(part.inferior[2])
        expect(part[side][2]).toBeLessThanOrEqual(part.superior[2])
        expect(part[side][0]).toBeGreaterThanOrEqual(part.left[0])
        expect(part[side][0]).toBeLessThanOrEqual(part.right[0])
      }
    }
    // Slices 2, 3 hold x 1..3; 4, 5 hold 2..4; 6, 7 hold 3..5.
    expect(parts.map((part) => [part.left[0] + 10, part.right[0] + 10])).toEqual([
      [0.5, 3.5],
      [1.5, 4.5],
      [2.5, 5.5],
    ])
  })

  test('are no more than the organ has planes', () => {
    expect(
      extremePointsOfLabels(
        labelsOf([
          [1, 1, 1],
          [1, 1, 2],
        ]),
        { maxParts: 6 },
      )[0].parts,
    ).toHaveLength(2)
  })

  test('of an organ with a gap still cover it', () => {
    const [{ parts, onePiece }] = extremePointsOfLabels(
      labelsOf([
        [1, 1, 0],
        [6, 5, 9],
      ]),
      { maxParts: 5 },
    )
    expect(onePiece).toBe(false)
    expect(parts).toHaveLength(5)
    expect(parts.map((part) => part.superior[2])).toEqual([-25.5, -19.5, -13.5, -7.5, -1.5])
    expect(parts[1].left[0]).toBe(parts[0].left[0])
  })
})

describe('labelExtents', () => {
  test('has its walls on voxel faces and both voxel ends inclusive', () => {
    const volume = labelsOf(LEANING)
    const extents = labelExtents(volume)
    expect(extents).toEqual([{ labelValue: 5, boxVoxel: { min: [1, 1, 2], max: [5, 3, 7] }, voxels: 36 }])
    expect(boxVoxelToMm(volume.affine, extents[0].boxVoxel)).toEqual({
      min: [-9.5, -19, -25.5],
      max: [-4.5, -13, -7.5],
    })
  })

  test.each(ORIENTATIONS)('has the same box in mm whatever the storage order: $name', (orientation) => {
    const volume = storeAs(labelsOf(LEANING), orientation)
    const [{ boxVoxel }] = labelExtents(volume)
    expect(boxVoxelToMm(volume.affine, boxVoxel)).toEqual({ min: [-9.5, -19, -25.5], max: [-4.5, -13, -7.5] })
  })

  test('agrees with a plain search', () => {
    const volume = fc.array(fc.nat(3), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(volume, (values) => {
        const labels: LabelVolume = {
          data: Uint16Array.from(values),
          size: [5, 4, 3],
          affine: turnedAffine([1, 1, 1], [0, 0, 0], [0, 0, 0]),
        }
        for (const { labelValue, voxels, boxVoxel } of labelExtents(labels)) {
          const at = values.flatMap((value, i) =>
            value === labelValue ? [[i % 5, Math.floor(i / 5) % 4, Math.floor(i / 20)]] : [],
          )
          expect(voxels).toBe(at.length)
          for (const axis of [0, 1, 2] as const) {
            expect(boxVoxel.min[axis]).toBe(Math.min(...at.map((p) => p[axis])))
            expect(boxVoxel.max[axis]).toBe(Math.max(...at.map((p) => p[axis])))
          }
        }
        expect(labelExtents(labels).map((label) => label.labelValue)).toEqual(
          [...new Set(values)].filter((v) => v > 0).sort(),
        )
      }),
    )
  })
})
