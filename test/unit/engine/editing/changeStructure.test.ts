import { describe, expect, it } from 'vitest'
import { changeStructure, type StructureChange } from '../../../../src/engine/editing/changeStructure.js'
import { applyRuns, changedVoxels, type VoxelRuns } from '../../../../src/shared/labelEdit/voxelRuns.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'

/** A row of voxels of 1 mm, in three rows and slices so that the volume is no line. */
const AFFINE: Affine = [1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1]
const row = (...values: number[]): Uint8Array => {
  const data = new Uint8Array(values.length * 9)
  data.set(values, values.length * 4)
  return data
}

async function change(
  before: Uint8Array,
  more: Partial<StructureChange> & Pick<StructureChange, 'operation'>,
): Promise<{ readonly after: number[]; readonly withOthers: number[] }> {
  const size = [before.length / 9, 3, 3] as const
  const labels = { data: before.slice(), size, affine: AFFINE }
  const { runs, fromOthers } = await changeStructure(labels, { labelValue: 1, lockedValues: [], edited: [], ...more })
  expect(labels.data).toEqual(before)
  const values = (...all: VoxelRuns[]): number[] => {
    const data = before.slice()
    for (const one of all) applyRuns(data, one)
    return [...data.subarray(size[0] * 4, size[0] * 5)]
  }
  return { after: values(runs), withOthers: values(runs, fromOthers) }
}

describe('changing a structure', () => {
  it('takes background alone, and says what it would take of others', async () => {
    const { after, withOthers } = await change(row(3, 0, 1, 2, 2, 0), { operation: { kind: 'grow', byMm: 2 } })
    expect(after).toEqual([3, 1, 1, 2, 2, 0])
    expect(withOthers).toEqual([1, 1, 1, 1, 1, 0])
  })

  it('never takes voxels of locked structures', async () => {
    const { after, withOthers } = await change(row(3, 0, 1, 2, 2, 0), {
      operation: { kind: 'grow', byMm: 2 },
      lockedValues: [2],
    })
    expect(after).toEqual([3, 1, 1, 2, 2, 0])
    expect(withOthers).toEqual([1, 1, 1, 2, 2, 0])
  })

  it('gives background back what it takes away', async () => {
    const { after } = await change(row(1, 1, 0, 2, 1, 0), { operation: { kind: 'keepLargest' } })
    expect(after).toEqual([1, 1, 0, 2, 0, 0])
  })

  it('says in one sentence that there is nothing to change', async () => {
    await expect(change(row(0, 2, 0), { operation: { kind: 'keepLargest' } })).rejects.toThrow(/has no voxel yet/)
  })

  it('goes by the slices that were edited', async () => {
    // A column of 5 slices of 2 x 2 voxels, in the middle one a leak; slices 1 and 3 were edited.
    const size = [4, 4, 5] as const
    const data = new Uint8Array(80)
    for (let z = 0; z < 5; z++) for (const at of z === 2 ? [5, 6, 7, 9, 10, 11] : [5, 6, 9, 10]) data[at + 16 * z] = 1
    const edited = [new Int32Array([16 + 5, 2, 0, 1]), new Int32Array([48 + 5, 2, 0, 1]), new Int32Array([32, 1, 0, 4])]
    const { runs } = await changeStructure(
      { data, size, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
      { labelValue: 1, lockedValues: [], edited, operation: { kind: 'fillBetween', from: 'edited' } },
    )
    expect(changedVoxels(runs)).toBe(2)
    expect([...runs]).toEqual([32 + 7, 1, 1, 0, 32 + 11, 1, 1, 0])
  })
})
