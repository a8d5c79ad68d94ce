import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { diffLabels } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { labelStats, statsAfter } from '../../../../src/webview/viewer/labelStats.js'

describe('labels', () => {
  it('are counted, with a voxel inside each', () => {
    const voxels = new Uint8Array(27)
    voxels.set([3, 3, 3], 12)
    voxels[0] = 1
    expect(labelStats(voxels, [3, 3, 3])).toEqual([
      { labelValue: 1, voxels: 1, insideVoxel: [0, 0, 0] },
      { labelValue: 3, voxels: 3, insideVoxel: [1, 1, 1] },
    ])
  })

  it('are counted after a change as if they were counted again, each with a voxel of its own where the change says one', () => {
    const voxels = fc.uint8Array({ minLength: 27, maxLength: 27, max: 2 })
    fc.assert(
      fc.property(voxels, voxels, (before, after) => {
        const size = [3, 3, 3] as const
        const stats = statsAfter(labelStats(before, size), diffLabels(before, after), after, size)
        const counted = labelStats(after, size)
        expect(stats.map(({ labelValue, voxels: count }) => [labelValue, count])).toEqual(
          counted.map(({ labelValue, voxels: count }) => [labelValue, count]),
        )
      }),
    )
    const after = new Uint8Array(27)
    after[14] = 1
    const moved = statsAfter(
      [{ labelValue: 1, voxels: 1, insideVoxel: [0, 0, 0] }],
      Int32Array.of(0, 1, 1, 0, 14, 1, 0, 1),
      after,
      [3, 3, 3],
    )
    expect(moved).toEqual([{ labelValue: 1, voxels: 1, insideVoxel: [2, 1, 1] }])
  })
})
