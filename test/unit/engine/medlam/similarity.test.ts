import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PointMm } from '../../../../src/shared/geometry/points.js'
import { salVoxel } from '../../../../src/engine/medlam/salFrame.js'
import { findPeak } from '../../../../src/engine/medlam/similarity.js'

describe('similarity peaks', () => {
  const side = 9
  const bump = (centre: PointMm): Float32Array =>
    Float32Array.from({ length: side ** 3 }, (_, i) => {
      const at = [Math.floor(i / 81), Math.floor(i / 9) % 9, i % 9]
      return Math.exp(-at.reduce((sum, v, axis) => sum + (v - centre[axis]) ** 2, 0) / 18)
    })
  const window = { side, stepVoxels: 1, centreVoxel: salVoxel(100, 50, 20) }

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
