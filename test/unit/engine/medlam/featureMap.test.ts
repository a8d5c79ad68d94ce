import { describe, expect, it } from 'vitest'
import {
  describePoint,
  normaliseFeatureMap,
  sampleFeatureMap,
  type FeatureMap,
} from '../../../../src/engine/medlam/featureMap.js'
import { salVoxel } from '../../../../src/engine/medlam/salFrame.js'

describe('feature maps', () => {
  const featureMap: FeatureMap = {
    data: Float32Array.from({ length: 2 * 27 }, (_, i) => (i < 27 ? Math.floor(i / 9) + 1 : 1)),
    channels: 2,
    size: [3, 3, 3],
    originVoxel: salVoxel(1.5, 1.5, 1.5),
    strideVoxels: 4,
  }

  it('samples linearly between cells and repeats the border', () => {
    expect([...sampleFeatureMap(featureMap, salVoxel(1.5, 2, 2))]).toEqual([1, 1])
    expect([...sampleFeatureMap(featureMap, salVoxel(3.5, 2, 2))]).toEqual([1.5, 1])
    expect([...sampleFeatureMap(featureMap, salVoxel(-50, 2, 2))]).toEqual([1, 1])
  })

  it('has vectors of unit length after normalising', () => {
    const unit = normaliseFeatureMap({ ...featureMap, data: featureMap.data.slice() })
    for (let cell = 0; cell < 27; cell++) expect(Math.hypot(unit.data[cell], unit.data[27 + cell])).toBeCloseTo(1, 5)
  })

  it('describes a point by unit vectors at every cell of the cube', () => {
    const descriptor = describePoint(featureMap, { kernelSide: 2 }, salVoxel(5.5, 5.5, 5.5))
    expect(descriptor).toHaveLength(2 * 8)
    for (let cell = 0; cell < 8; cell++) expect(Math.hypot(descriptor[cell], descriptor[8 + cell])).toBeCloseTo(1, 5)
  })
})
