import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BoxMm, PointMm } from '../../../../src/shared/geometry/points.js'
import {
  boxOfPoints,
  boxSizeMm,
  checkBox,
  intersectBoxes,
  moveWalls,
  pointsOnWalls,
  stretchBox,
} from '../../../../src/engine/medlam/boxes.js'
import {
  describePoint,
  normaliseFeatureMap,
  sampleFeatureMap,
  type FeatureMap,
} from '../../../../src/engine/medlam/featureMap.js'
import { rasToSal, salToRas, salToVoxel, voxelToSal } from '../../../../src/engine/medlam/salFrame.js'
import { medianInPlace, relativeDistanceMm, voteMedian } from '../../../../src/engine/medlam/relativeDistance.js'
import { findPeak } from '../../../../src/engine/medlam/similarity.js'

const mm = fc.double({ min: -500, max: 500, noNaN: true })
const point = fc.tuple(mm, mm, mm)

describe('frames', () => {
  it('turns RAS into superior-anterior-left and back', () => {
    fc.assert(
      fc.property(point, (p) => {
        salToRas(rasToSal(p)).forEach((value, axis) => {
          expect(value).toBeCloseTo(p[axis], 9)
        })
      }),
    )
    expect(rasToSal([1, 2, 3])).toEqual([3, 2, -1])
  })

  it('turns mm into voxels and back', () => {
    const grid = { size: [10, 10, 10] as const, originMm: [-30, 12, 7] as const, spacingMm: 3 }
    fc.assert(
      fc.property(point, (p) => {
        voxelToSal(grid, salToVoxel(grid, p)).forEach((value, axis) => {
          expect(value).toBeCloseTo(p[axis], 6)
        })
      }),
    )
  })
})

describe('relative distance', () => {
  it('is r times tanh of the difference, per axis', () => {
    expect(relativeDistanceMm([1500, 600, 600], [0.1, 0, -0.2], [0, 0, 0])).toEqual([
      1500 * Math.tanh(0.1),
      0,
      600 * Math.tanh(-0.2),
    ])
  })

  it('is outvoted by the majority when an agent is lost', () => {
    const agents = [0, 10, 20, 30].map((z) => ({ voxel: [z, 0, 0] as const, latent: [z / 1e6, 0, 0] as const }))
    const lost = { voxel: [5, 0, 0] as const, latent: [9, 9, 9] as const }
    const positions = [...agents, lost].map(({ voxel }) => voxel)
    const vote = voteMedian([...agents, lost], positions, [50 / 1e6, 0, 0], [1e6, 1e6, 1e6])
    expect(vote[0]).toBeCloseTo(50, 3)
  })

  it('takes the mean of the two middle votes for an even count', () => {
    expect(medianInPlace(Float64Array.of(4, 1, 3, 2))).toBe(2.5)
    expect(medianInPlace(new Float64Array())).toBeNaN()
  })
})

describe('boxes', () => {
  const box: BoxMm = { min: [-10, -20, -30], max: [10, 20, 30] }
  const points = pointsOnWalls(
    {
      inferior: [1, 2, 0],
      posterior: [1, 0, 2],
      right: [0, 1, 2],
      superior: [3, 4, 0],
      anterior: [3, 0, 4],
      left: [0, 3, 4],
    },
    box,
  )

  it('takes each wall from its own point; patient right is the larger x', () => {
    expect(boxOfPoints(points)).toEqual(box)
    expect(points.right[0]).toBe(10)
    expect(points.left[0]).toBe(-10)
  })

  it('leaves a box alone that is as large as the templates', () => {
    const checked = checkBox(box, box, [[20, 40, 60]])
    expect(checked).toEqual({ box, repaired: [] })
  })

  it('takes the coarse walls for an axis that is far too large, and says which', () => {
    const wild: BoxMm = { min: [-10, -20, -300], max: [10, 20, 30] }
    expect(checkBox(wild, box, [[20, 40, 60]])).toEqual({ box, repaired: ['head-foot'] })
  })

  it('takes the templates size around the middle when walls are the wrong way round in both', () => {
    const inverted: BoxMm = { min: [10, -20, -30], max: [-10, 20, 30] }
    const { box: checked, repaired } = checkBox(inverted, inverted, [[20, 40, 60]])
    expect(repaired).toEqual(['left-right'])
    expect(boxSizeMm(checked)).toEqual([20, 40, 60])
  })

  it('always gives a box with its walls in order', () => {
    fc.assert(
      fc.property(point, point, point, point, (a, b, c, d) => {
        const { box: checked } = checkBox({ min: a, max: b }, { min: c, max: d }, [
          [20, 40, 60],
          [25, 35, 70],
        ])
        expect(boxSizeMm(checked).every((size) => size > 0)).toBe(true)
      }),
    )
  })

  it('intersects boxes, and boxes that only touch do not meet', () => {
    expect(intersectBoxes(box, { min: [0, 0, 0], max: [99, 99, 99] })).toEqual({ min: [0, 0, 0], max: [10, 20, 30] })
    expect(intersectBoxes(box, { min: [10, 0, 0], max: [99, 99, 99] })).toBeNull()
  })
})

describe('moving walls', () => {
  const box: BoxMm = { min: [0, 0, 0], max: [20, 40, 60] }

  it('moves each wall inwards by its own distance', () => {
    // inferior, posterior, right, superior, anterior, left
    const moved = moveWalls(box, [1, 2, 3, 4, -5, -6])
    expect(moved).toEqual({ min: [-6, 2, 1], max: [17, 45, 56] })
  })

  it('leaves an axis alone that would lose more than half of its length', () => {
    expect(moveWalls(box, [40, 2, 0, 0, 0, 0])).toEqual({ min: [0, 2, 0], max: [20, 40, 60] })
  })

  it('takes boxes inside along, the whole as far as its walls went', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
        ([low, high]) => {
          const moved = moveWalls(box, [low, 0, 0, high, 0, 0])
          const whole = stretchBox(box, box, moved)
          for (const axis of [0, 1, 2] as const) {
            expect(whole.min[axis]).toBeCloseTo(moved.min[axis], 9)
            expect(whole.max[axis]).toBeCloseTo(moved.max[axis], 9)
          }
          const upperHalf = stretchBox({ min: [5, 10, 30], max: [15, 30, 60] }, box, moved)
          expect(upperHalf.max[2]).toBeCloseTo(moved.max[2], 9)
          expect(upperHalf.min[2]).toBeCloseTo((moved.min[2] + moved.max[2]) / 2, 9)
          expect([upperHalf.min[0], upperHalf.max[1]]).toEqual([5, 30])
        },
      ),
    )
  })
})

describe('feature fields', () => {
  const featureMap: FeatureMap = {
    data: Float32Array.from({ length: 2 * 27 }, (_, i) => (i < 27 ? Math.floor(i / 9) + 1 : 1)),
    channels: 2,
    size: [3, 3, 3],
    originVoxel: [1.5, 1.5, 1.5],
    strideVoxels: 4,
  }

  it('samples linearly between cells and repeats the border', () => {
    expect([...sampleFeatureMap(featureMap, [1.5, 2, 2])]).toEqual([1, 1])
    expect([...sampleFeatureMap(featureMap, [3.5, 2, 2])]).toEqual([1.5, 1])
    expect([...sampleFeatureMap(featureMap, [-50, 2, 2])]).toEqual([1, 1])
  })

  it('has vectors of unit length after normalising', () => {
    const unit = normaliseFeatureMap({ ...featureMap, data: featureMap.data.slice() })
    for (let cell = 0; cell < 27; cell++) expect(Math.hypot(unit.data[cell], unit.data[27 + cell])).toBeCloseTo(1, 5)
  })

  it('describes a point by unit vectors at every cell of the cube', () => {
    const descriptor = describePoint(featureMap, { kernelSide: 2 }, [5.5, 5.5, 5.5])
    expect(descriptor).toHaveLength(2 * 8)
    for (let cell = 0; cell < 8; cell++) expect(Math.hypot(descriptor[cell], descriptor[8 + cell])).toBeCloseTo(1, 5)
  })
})

describe('similarity peaks', () => {
  const side = 9
  const bump = (centre: PointMm): Float32Array =>
    Float32Array.from({ length: side ** 3 }, (_, i) => {
      const at = [Math.floor(i / 81), Math.floor(i / 9) % 9, i % 9]
      return Math.exp(-at.reduce((sum, v, axis) => sum + (v - centre[axis]) ** 2, 0) / 18)
    })
  const window = { side, stepVoxels: 1, centreVoxel: [100, 50, 20] as const }

  it('are found below the lattice step', () => {
    fc.assert(
      fc.property(fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 2, max: 6, noNaN: true }))), (centre) => {
        const [z, y, x] = centre
        const { voxel } = findPeak(bump([z, y, x]), window, window.centreVoxel, Infinity, 0)
        ;[100 - 4 + z, 50 - 4 + y, 20 - 4 + x].forEach((expected, axis) => {
          expect(Math.abs(voxel[axis] - expected)).toBeLessThan(0.05)
        })
      }),
    )
  })

  it('give way to the distance prior when two are alike', () => {
    const near = bump([4, 4, 5])
    const far = bump([0, 0, 0])
    const map = near.map((value, i) => value + 1.02 * far[i])
    expect(findPeak(map, window, window.centreVoxel, Infinity, 0).voxel[0]).toBeCloseTo(96, 0)
    expect(findPeak(map, window, window.centreVoxel, 3, 0.2).voxel[0]).toBeCloseTo(100, 0)
  })
})
