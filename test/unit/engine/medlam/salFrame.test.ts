import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  rasToSal,
  salMm,
  salToRas,
  salToVoxel,
  voxelToSal,
  type SalGrid,
} from '../../../../src/engine/medlam/salFrame.js'

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
    const grid: SalGrid = { size: [10, 10, 10], originMm: salMm(-30, 12, 7), spacingMm: 3 }
    fc.assert(
      fc.property(point, (p) => {
        voxelToSal(grid, salToVoxel(grid, salMm(...p))).forEach((value, axis) => {
          expect(value).toBeCloseTo(p[axis], 6)
        })
      }),
    )
  })
})
