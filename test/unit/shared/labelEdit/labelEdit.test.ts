import { describe, expect, it } from 'vitest'
import { DRAWN, FOUND, freeLabelValue, type EditedStructure } from '../../../../src/shared/labelEdit/editedStructure.js'
import {
  editTitle,
  invertEdit,
  runsOf,
  structuresAfter,
  type LabelEdit,
} from '../../../../src/shared/labelEdit/labelEdit.js'

const liver: EditedStructure = { name: 'Liver', labelValue: 1, color: '#aa0000', isLocked: false, origin: FOUND }
const cyst: EditedStructure = { name: 'Cyst', labelValue: 2, color: '#00aa00', isLocked: false, origin: DRAWN }
const both = [liver, cyst]
/** Five voxels of the liver become the cyst, two of nothing too. */
const stroke: LabelEdit = {
  kind: 'voxels',
  runs: Int32Array.of(10, 5, 1, 2, 20, 2, 0, 2),
  structure: 'Cyst',
  tool: 'brush',
}

describe('an edit of labels', () => {
  it('counts voxels in every structure that it touches, by tool, and counts them off when it is undone', () => {
    const after = structuresAfter(both, stroke)
    expect(after.map(({ origin }) => origin)).toEqual([
      { kind: 'corrected', voxelsByTool: { brush: 5 } },
      { kind: 'drawn', voxelsByTool: { brush: 7 } },
    ])
    expect(structuresAfter(after, invertEdit(stroke), true)).toEqual(both)
  })

  it('of several parts is undone in the other order', () => {
    const label = 'Merge Cyst into Liver'
    const edit: LabelEdit = {
      kind: 'combination',
      label,
      edits: [
        { kind: 'structures', label, before: both, after: [liver] },
        { kind: 'voxels', runs: Int32Array.of(10, 7, 2, 1), structure: 'Cyst', tool: 'merge' },
      ],
    }
    const after = structuresAfter(both, edit)
    expect(after).toEqual([{ ...liver, origin: { kind: 'corrected', voxelsByTool: { merge: 7 } } }])
    const undo = invertEdit(edit)
    expect(structuresAfter(after, undo, true)).toEqual(both)
    expect(runsOf(undo)).toEqual([Int32Array.of(10, 7, 1, 2)])
    expect(editTitle(edit)).toBe(label)
    expect(editTitle(stroke)).toBe('Brush: Cyst')
  })
})

describe('a new structure', () => {
  it('gets the lowest value that is free', () => {
    expect(freeLabelValue([1, 2, 4])).toBe(3)
  })
})
