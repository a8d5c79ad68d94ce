import { rm, utimes } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { EditedLabelMaps } from '../../../../src/engine/editing/editedLabelMap.js'
import type { EditedLabels } from '../../../../src/protocol/editedLabels.js'
import { NO_RUNS } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { packRuns } from '../../../../src/shared/node/packedRuns.js'
import { fileStamp } from '../../../../src/shared/node/wholeFiles.js'
import { errorOf, nifti, temporaryFolder } from '../../../support/niftiFixture.js'

const { put } = temporaryFolder()
const values = Array.from({ length: 24 }, (_, at) => (at < 4 ? 1 : 0))

async function request(name: string): Promise<EditedLabels> {
  const scanPath = put(`${name}_ct.nii`, nifti())
  const basePath = put(`${name}_ct_dseg.nii.gz`, nifti({ type: 'uint8', values }))
  return { scanPath, basePath, baseStamp: await fileStamp(basePath), session: name, firstEdit: 0, edits: [] }
}

const first = packRuns(Int32Array.of(0, 2, 1, 0))
const second = packRuns(Int32Array.of(10, 3, 0, 2))

describe('an edited label map', () => {
  it('has all edits, of which only new ones come with a request', async () => {
    const maps = new EditedLabelMaps()
    const labels = await request('a')
    expect([...(await maps.openEditedLabelMap({ ...labels, edits: [first] })).labels.data.slice(0, 5)]).toEqual([
      0, 0, 1, 1, 0,
    ])
    const { data } = (await maps.openEditedLabelMap({ ...labels, firstEdit: 1, edits: [second] })).labels
    expect([...data.slice(0, 14)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 0])
    // Edits that came before change nothing when they come again.
    expect((await maps.openEditedLabelMap({ ...labels, edits: [first, second] })).labels.data).toEqual(data)
  })

  it('asks for all edits where those before are not known', async () => {
    const labels = await request('b')
    const error = await errorOf(new EditedLabelMaps().openEditedLabelMap({ ...labels, firstEdit: 1, edits: [second] }))
    expect(error.remedy).toEqual({ option: 'allEdits' })
  })

  it('is read again when its file has changed, with the edits that stand, and kept when its file is gone', async () => {
    const maps = new EditedLabelMaps()
    const labels = { ...(await request('c')), edits: [second] }
    await maps.openEditedLabelMap(labels)
    const changed = put('c_ct_dseg.nii.gz', nifti({ type: 'uint8', values: values.map(() => 3) }))
    await utimes(changed, 1, 1)
    const open = async (edits: readonly string[]): Promise<number[]> => {
      const standing = { ...labels, session: 'again', edits, areStanding: true }
      return [...(await maps.openEditedLabelMap(standing)).labels.data.slice(8, 14)]
    }
    expect(await open([second])).toEqual([3, 3, 2, 2, 2, 3])
    // Taken back: what the file holds now is there again.
    const none = packRuns(NO_RUNS)
    expect(await open([none, none])).toEqual([3, 3, 3, 3, 3, 3])
    expect(await open([second])).toEqual([3, 3, 2, 2, 2, 3])
    await rm(changed)
    expect(await open([second])).toEqual([3, 3, 2, 2, 2, 3])
  })

  it('asks for the edits that stand where its file has changed, also when it knows those before', async () => {
    const maps = new EditedLabelMaps()
    const labels = await request('g')
    await maps.openEditedLabelMap({ ...labels, edits: [second] })
    const changed = put('g_ct_dseg.nii.gz', nifti({ type: 'uint8', values: values.map(() => 3) }))
    await utimes(changed, 1, 1)
    const undone = packRuns(Int32Array.of(10, 3, 2, 0))
    for (const request of [
      { ...labels, firstEdit: 1, edits: [undone] },
      { ...labels, edits: [second, undone] },
    ])
      expect((await errorOf(maps.openEditedLabelMap(request))).remedy).toEqual({ option: 'allEdits' })
  })

  it('is empty and lies on the scan where there is no file yet', async () => {
    const labels = { ...(await request('d')), basePath: null, baseStamp: null, edits: [second] }
    const opened = (await new EditedLabelMaps().openEditedLabelMap(labels)).labels
    expect(opened.size).toEqual([4, 3, 2])
    expect(opened.affine.slice(0, 4)).toEqual([1, 0, 0, -10])
    expect([...opened.data].filter((value) => value > 0)).toEqual([2, 2, 2])
  })

  it('holds label values that its file had no room for', async () => {
    const labels = { ...(await request('e')), edits: [packRuns(Int32Array.of(5, 1, 0, 300))] }
    expect((await new EditedLabelMaps().openEditedLabelMap(labels)).labels.data[5]).toBe(300)
  })

  it('refuses an edit that reaches beyond it', async () => {
    const labels = { ...(await request('f')), edits: [packRuns(Int32Array.of(20, 5, 0, 1))] }
    const error = await errorOf(new EditedLabelMaps().openEditedLabelMap(labels))
    expect(error.message).toMatch(/does not fit/)
  })
})
