import { describe, expect, it } from 'vitest'
import { dropStrayPieces, isOnePiece } from '../../../../src/engine/labels/components.js'
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

type Voxel = readonly [number, number, number]

describe('pieces of a label', () => {
  const onePiece = (voxels: readonly Voxel[]): boolean => {
    const volume: LabelVolume = {
      data: new Uint8Array(9 * 8 * 12),
      size: [9, 8, 12],
      affine: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
    }
    for (const [x, y, z] of voxels) volume.data[x + 9 * (y + 8 * z)] = 5
    const [extent] = labelExtents(volume)
    expect(extent.voxels).toBe(voxels.length)
    return isOnePiece(volume, extent)
  }

  it('that touch by a corner are one', () => {
    const touching: readonly Voxel[] = [
      [1, 1, 1],
      [2, 2, 2],
    ]
    expect(onePiece(touching)).toBe(true)
    expect(onePiece([...touching, [5, 5, 5]])).toBe(false)
  })

  it('that meet only at the far end are one, whichever way the arch opens', () => {
    const arch = (to: (a: number, b: number) => Voxel): readonly Voxel[] =>
      [0, 1, 2, 3, 4].flatMap((a) => (a === 4 ? [0, 1, 2, 3] : [0, 3]).map((b) => to(a, b)))
    for (const to of [
      (a, b) => [b, 0, a],
      (a, b) => [a, b, 0],
      (a, b) => [0, a, b],
      (a, b) => [b, 4, 4 - a],
      (a, b) => [4 - a, b, 4],
    ] as ((a: number, b: number) => Voxel)[]) {
      expect(onePiece(arch(to))).toBe(true)
    }
  })

  it('smaller than 2 % of the organ are debris', () => {
    const big = [0, 1, 2, 3].flatMap((z) => [0, 1, 2, 3].flatMap((y) => [0, 1, 2, 3].map((x): Voxel => [x, y, z])))
    expect(onePiece([...big, [8, 7, 11]])).toBe(true)
    expect(onePiece([...big, [8, 7, 11], [8, 7, 10]])).toBe(false)
  })
})
