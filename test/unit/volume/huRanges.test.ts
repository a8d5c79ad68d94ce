import { describe, expect, it } from 'vitest'
import { huRangeOfLabel } from '../../../src/engine/volume/huRanges.js'

const BOX = { min: [0, 0, 0], max: [9, 9, 9] } as const

/** A thousand voxels: the first `organ` of them labelled, HU from a formula. */
function range(organ: number, hu: (i: number) => number): readonly [number, number] {
  const data = Int16Array.from({ length: 1000 }, (_, i) => hu(i))
  const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i < organ ? 4 : 0))
  return huRangeOfLabel({ data }, { data: labels, size: [10, 10, 10] }, { labelValue: 4, boxVoxel: BOX })
}

describe('HU range of a drawn organ', () => {
  it('cuts a loosely drawn rim off where that tells bone from muscle', () => {
    // A tenth of the drawing is muscle like all around it, the rest is bone.
    const [low, high] = range(300, (i) => (i < 30 ? 50 : i < 300 ? 600 + i : 50))
    expect(low).toBeGreaterThan(100)
    expect(high).toBeGreaterThan(850)
  })

  it('stays wide where the surroundings look alike', () => {
    const [low, high] = range(300, (i) => i % 100)
    expect(high - low).toBeGreaterThanOrEqual(92)
  })
})
