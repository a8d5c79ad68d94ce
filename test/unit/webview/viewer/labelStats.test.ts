import { describe, expect, it } from 'vitest'
import { labelStats } from '../../../../src/webview/viewer/labelStats.js'

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
})
