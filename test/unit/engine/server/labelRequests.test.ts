import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { EditedLabelMaps } from '../../../../src/engine/editing/editedLabelMap.js'
import { compareLabelMaps, operateOnLabels } from '../../../../src/engine/server/labelRequests.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import type { EditedLabels } from '../../../../src/protocol/editedLabels.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { packRuns, unpackRuns } from '../../../../src/shared/node/packedRuns.js'
import { fileStamp } from '../../../../src/shared/node/wholeFiles.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const SIZE = [6, 5, 4] as const
const at = (name: string): string => path.join(folder, name)
const affineAt = (x: number): Affine => [2, 0, 0, x, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]

/** A label map with one bar of four voxels. */
async function write(name: string, value: number, affine: Affine): Promise<void> {
  const data = new Uint8Array(120).fill(value, 61, 65)
  await writeLabelMap(at(name), { data, size: SIZE, affine }, { niftiHeader: null, size: SIZE, affine }, [])
}

/** The label map with one more voxel, which was not saved. */
async function edited(session: string): Promise<EditedLabels> {
  const basePath = at('a.nii')
  const baseStamp = await fileStamp(basePath)
  const edits = [packRuns(new Int32Array([65, 1, 0, 1]))]
  return { scanPath: at('scan.nii'), basePath, baseStamp, session, firstEdit: 0, edits }
}

describe('requests about a label map that is being edited', () => {
  const maps = new EditedLabelMaps()
  const names = [{ name: 'Organ', labelValue: 1 }]
  const compare = async (reference: string, name = 'organ'): ReturnType<typeof compareLabelMaps> =>
    compareLabelMaps(maps, {
      labels: await edited('compare'),
      names,
      referencePath: at(reference),
      referenceNames: [{ name, labelValue: 7 }],
    })

  beforeAll(async () => {
    await write('a.nii', 1, affineAt(0))
    await write('same.nii', 7, affineAt(0))
    await write('moved.nii', 7, affineAt(1))
    await write('apart.nii', 7, affineAt(500))
  })

  it('compare it with its edits', async () => {
    const { structures, warnings } = await compare('same.nii')
    expect(structures).toHaveLength(1)
    expect(structures[0].dice).toBeCloseTo(8 / 9)
    expect(warnings).toEqual([])
  })

  it('resample a reference on another grid, and say so', async () => {
    expect((await compare('moved.nii')).warnings.join()).toMatch(/moved\.nii lies on another grid .* was resampled/)
  })

  it('refuse in one sentence what cannot be compared', async () => {
    await expect(compare('apart.nii')).rejects.toThrow(/lie in different places/)
    await expect(compare('same.nii', 'Other')).rejects.toThrow(/no structure of one name in common/)
    await expect(compare('none.nii')).rejects.toThrow(/none\.nii/)
  })

  it('answer an operation with what it changes, and change nothing themselves', async () => {
    const operate = async (kind: 'grow' | 'shrink'): ReturnType<typeof operateOnLabels> =>
      operateOnLabels(maps, {
        labels: await edited('operate'),
        labelValue: 1,
        operation: { kind, byMm: 2 },
        lockedValues: [],
        edited: [],
      })
    await expect(operate('shrink')).rejects.toThrow(/Nothing would be left/)
    const { runs } = await operate('grow')
    expect(unpackRuns(runs)?.length).toBeGreaterThan(0)
    expect((await operate('grow')).runs).toBe(runs)
  })
})
