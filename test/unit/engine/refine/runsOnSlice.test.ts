import { describe, expect, it } from 'vitest'
import { runsOnSlice } from '../../../../src/engine/refine/runsOnSlice.js'
import { axialView } from '../../../../src/engine/sam/slices/axialView.js'
import { diffLabels } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

describe('runsOnSlice', () => {
  it.each(ORIENTATIONS.filter((_, i) => i % 5 === 0))('keeps one axial slice of labels stored as $name', (order) => {
    const size = [3, 4, 5] as const
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as const
    const volume = (of: (slice: number) => number) =>
      storeAs({ data: Uint8Array.from({ length: 60 }, (_, at) => of(Math.floor(at / 12))), size, affine }, order)
    const [before, after] = [volume(() => 0), volume((slice) => slice + 1)]
    const one = volume((slice) => (slice === 3 ? 4 : 0))
    expect(runsOnSlice(diffLabels(before.data, after.data), axialView(before), 3)).toEqual(
      diffLabels(before.data, one.data),
    )
  })
})
