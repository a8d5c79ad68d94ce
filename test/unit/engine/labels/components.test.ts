import { describe, expect, it } from 'vitest'
import { dropStrayPieces } from '../../../../src/engine/labels/components.js'
import { labelExtents } from '../../../../src/engine/labels/extremePoints.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'

/** An organ of 4 x 4 x 4 voxels with label 2, and voxels of the same label elsewhere. */
function labelMap(others: readonly number[]): LabelVolume {
  const data = new Uint8Array(1000)
  for (let z = 2; z < 6; z++) for (let y = 2; y < 6; y++) for (let x = 2; x < 6; x++) data[x + 10 * (y + 10 * z)] = 2
  for (const at of others) data[at] = 2
  return { data, size: [10, 10, 10], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }
}

describe('stray pieces of a label', () => {
  it('go, so that they do not move its extreme points', () => {
    const slip = labelMap([999, 998])
    const cleaned = dropStrayPieces(slip, labelExtents(slip))
    expect(labelExtents(cleaned)[0].boxVoxel).toEqual({ min: [2, 2, 2], max: [5, 5, 5] })
    expect(slip.data[999]).toBe(2)
  })

  it('stay when they are a real part of the organ', () => {
    const twoPieces = labelMap([999, 998, 989, 988])
    expect(dropStrayPieces(twoPieces, labelExtents(twoPieces)).data).toEqual(twoPieces.data)
  })
})
