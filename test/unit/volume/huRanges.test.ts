import { describe, expect, it } from 'vitest'
import { huRangesOfLabels } from '../../../src/engine/volume/huRanges.js'

describe('HU ranges of labels', () => {
  it('leave the tails off at both ends, per label', () => {
    const hu = Int16Array.from({ length: 300 }, (_, i) => (i < 100 ? i : i < 200 ? 1000 : -1000))
    const labels = Uint8Array.from({ length: 300 }, (_, i) => (i < 100 ? 1 : i < 200 ? 2 : 0))
    const ranges = huRangesOfLabels({ data: hu }, { data: labels }, 0.03)
    expect([...ranges.keys()]).toEqual([1, 2])
    expect(ranges.get(1)).toEqual([2, 96])
    expect(ranges.get(2)).toEqual([1000, 1000])
  })

  it('hold every voxel when nothing is left off', () => {
    const ranges = huRangesOfLabels({ data: Int16Array.of(-900, 40, 2000) }, { data: Uint8Array.of(5, 5, 5) }, 0)
    expect(ranges.get(5)).toEqual([-900, 2000])
  })
})
