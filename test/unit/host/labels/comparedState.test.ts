import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { comparedState, hasChanged, withReference } from '../../../../src/host/labels/comparedState.js'
import { ScanLabels, type UndoableEdit } from '../../../../src/host/labels/scanLabels.js'
import { FOUND } from '../../../../src/shared/labelEdit/editedStructure.js'
import type { LabelEdit } from '../../../../src/shared/labelEdit/labelEdit.js'
import { tempFolder } from '../../../support/tempFolder.js'

const NAME = 'a_dseg.nii.gz'
const reference = path.join(tempFolder(), 'truth.nii.gz')
const liver = { name: 'Liver', labelValue: 1, color: '#aa0000', isLocked: false, origin: FOUND }
const stroke: LabelEdit = { kind: 'voxels', runs: Int32Array.of(1, 2, 0, 1), structure: 'Liver', tool: 'brush' }
const structures = (after: (typeof liver)[]): LabelEdit => ({ kind: 'structures', label: '', before: [liver], after })

async function compared() {
  const undo: UndoableEdit[] = []
  const nothing = (): void => undefined
  const labels = new ScanLabels({
    onEdit: (edit) => undo.push(edit),
    onChange: nothing,
    onRevert: nothing,
    onKept: nothing,
  })
  await writeFile(reference, 'truth')
  const state = await comparedState(labels.open({ name: NAME, stamp: '8@1', structures: [liver] }), reference)
  return { labels, undo, state, isOther: () => hasChanged(state, labels.of(NAME)) }
}

describe('what was compared', () => {
  it('is another one after an edit, and the same again when that is undone', async () => {
    const { labels, undo, isOther } = await compared()
    expect(isOther()).toBe(false)
    labels.edit(NAME, stroke)
    expect(isOther()).toBe(true)
    undo[0].undo()
    expect(isOther()).toBe(false)
  })

  it('goes by names, since structures of one name belong together, and not by colours or locks', async () => {
    const { labels, isOther } = await compared()
    labels.edit(NAME, structures([{ ...liver, color: '#00aa00', isLocked: true }]))
    expect(isOther()).toBe(false)
    labels.edit(NAME, structures([{ ...liver, name: 'Spleen' }]))
    expect(isOther()).toBe(true)
  })

  it('is another one when another program writes the label map or the reference', async () => {
    const first = await compared()
    first.labels.open({ name: NAME, stamp: '9@9', structures: [liver] })
    expect(first.isOther()).toBe(true)

    const { labels, state } = await compared()
    expect(hasChanged(await withReference(state, reference), labels.of(NAME))).toBe(false)
    await writeFile(reference, 'another truth')
    const after = await withReference(state, reference)
    expect(hasChanged(after, labels.of(NAME))).toBe(true)
    await rm(reference)
    expect(hasChanged(await withReference(state, reference), undefined)).toBe(true)
  })
})
