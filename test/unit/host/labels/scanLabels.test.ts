import { describe, expect, it } from 'vitest'
import { ScanLabels, type LabelsChange, type UndoableEdit } from '../../../../src/host/labels/scanLabels.js'
import { EngineError } from '../../../../src/host/engine/engineErrors.js'
import type { EditedLabels } from '../../../../src/protocol/editedLabels.js'
import { FOUND, type EditedStructure } from '../../../../src/shared/labelEdit/editedStructure.js'
import type { LabelEdit } from '../../../../src/shared/labelEdit/labelEdit.js'
import { applyRuns, NO_RUNS } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { unpackRuns } from '../../../../src/shared/node/packedRuns.js'

const PATHS = { scanPath: '/s/a.nii.gz', folder: '/s' }
const NAME = 'a_dseg.nii.gz'
const liver: EditedStructure = { name: 'Liver', labelValue: 1, color: '#aa0000', isLocked: false, origin: FOUND }
const base = { name: NAME, stamp: '8@1', structures: [liver] }
const stroke = (start: number): LabelEdit => ({
  kind: 'voxels',
  runs: Int32Array.of(start, 2, 0, 1),
  structure: 'Liver',
  tool: 'brush',
})

/** Labels with the edits as VS Code knows them, and the voxels as a view shows them. */
function opened(): {
  readonly labels: ScanLabels
  readonly undo: UndoableEdit[]
  readonly shown: Uint8Array
  readonly changes: LabelsChange[]
  readonly kept: string[]
  /** Another program writes a file that holds this everywhere; views read it and draw what was edited. */
  readonly rewrite: (value: number, stamp: string) => void
} {
  const [undo, changes, kept]: [UndoableEdit[], LabelsChange[], string[]] = [[], [], []]
  let file = new Uint8Array(8)
  const shown = new Uint8Array(8)
  const labels = new ScanLabels({
    onEdit: (edit) => undo.push(edit),
    onChange: (change) => {
      changes.push(change)
      for (const runs of change.runs) applyRuns(shown, runs)
    },
    onRevert: () => {
      redraw()
    },
    onKept: (_, edit) => kept.push(edit),
  })
  const redraw = (): void => {
    shown.set(file)
    for (const runs of labels.of(NAME)?.runs ?? []) applyRuns(shown, runs)
  }
  const rewrite = (value: number, stamp: string): void => {
    file = new Uint8Array(8).fill(value)
    labels.open({ ...base, stamp })
    redraw()
  }
  labels.open(base)
  return { labels, undo, shown, changes, kept, rewrite }
}

/** Voxels of an engine that knows nothing, after all edits. */
function applied(labels: ScanLabels): number[] {
  const voxels = new Uint8Array(8)
  for (const runs of labels.of(NAME)?.runs ?? []) applyRuns(voxels, runs)
  return [...voxels]
}

describe('the labels of a scan', () => {
  it('are edited, undone and redone in every view and for the engine', () => {
    const { labels, undo, shown } = opened()
    labels.edit(NAME, stroke(1))
    labels.edit(NAME, stroke(5))
    undo[1].undo()
    expect([...shown]).toEqual([0, 1, 1, 0, 0, 0, 0, 0])
    expect(applied(labels)).toEqual([...shown])
    undo[1].redo()
    expect([...shown]).toEqual([0, 1, 1, 0, 0, 1, 1, 0])
    expect(applied(labels)).toEqual([...shown])
    expect(undo.map(({ label }) => label)).toEqual(['Brush: Liver', 'Brush: Liver'])
  })

  it('count edits after saving from the file that was written, and undo what was saved', () => {
    const { labels, undo } = opened()
    labels.edit(NAME, stroke(1))
    const labelMap = labels.of(NAME) ?? expect.fail('not there')
    labels.edit(NAME, stroke(5))
    labelMap.setSaved({ stamp: '8@2', edits: 1, structures: labelMap.structures })
    expect(labelMap.stamp).toBe('8@2')
    expect(applied(labels)).toEqual([0, 0, 0, 0, 0, 1, 1, 0])
    undo[0].undo()
    expect(labels.of(NAME)?.runs.at(-1)).toEqual(Int32Array.of(1, 2, 1, 0))
  })

  it('know on which slices a structure was drawn by hand, also when that is saved, until it is undone or let go', () => {
    const { labels, undo, changes } = opened()
    const on = (slice: number): LabelEdit => ({ ...stroke(slice), drawnOn: { labelValue: 1, slice } }) as LabelEdit
    const slices = (): number[] => labels.of(NAME)?.drawnSlices.map(({ slice }) => slice) ?? []
    labels.edit(NAME, on(1))
    labels.edit(NAME, on(1))
    labels.edit(NAME, stroke(3))
    undo[1].undo()
    expect(slices()).toEqual([1])
    labels.of(NAME)?.setSaved({ stamp: '8@2', edits: 4, structures: [liver] })
    labels.edit(NAME, on(5))
    labels.revert()
    expect(slices()).toEqual([1])
    const told = changes.length
    labels.release(NAME, 5)
    labels.release(NAME, 1)
    expect(slices()).toEqual([])
    expect(changes).toHaveLength(told + 1)
    undo[0].undo()
    expect(slices()).toEqual([])
  })

  it('come back from a backup, with edits and structures', () => {
    const { labels } = opened()
    labels.edit(NAME, stroke(1))
    const again = opened()
    again.labels.restore(labels.backup())
    expect(applied(again.labels)).toEqual([0, 1, 1, 0, 0, 0, 0, 0])
    expect(again.labels.of(NAME)?.structures).toEqual(labels.of(NAME)?.structures)
    expect(again.undo).toEqual([])
  })

  it('come back as an edit that can be undone where VS Code forgot them', () => {
    const { labels } = opened()
    labels.edit(NAME, stroke(1))
    const again = opened()
    again.labels.recover(labels.backup())
    expect([...again.shown]).toEqual([0, 1, 1, 0, 0, 0, 0, 0])
    expect(again.labels.of(NAME)?.structures).toEqual(labels.of(NAME)?.structures)
    again.undo[0].undo()
    expect([...again.shown]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(again.labels.of(NAME)?.structures).toEqual([liver])
  })

  it('go to the engine once each, and all again where it has forgotten them', async () => {
    const { labels } = opened()
    const labelMap = labels.of(NAME) ?? expect.fail('not there')
    const asked: EditedLabels[] = []
    const ask = (request: EditedLabels): Promise<string> => {
      asked.push(request)
      return Promise.resolve('answer')
    }
    labels.edit(NAME, stroke(1))
    await labelMap.tell(PATHS, ask)
    labels.edit(NAME, stroke(5))
    expect(await labelMap.tell(PATHS, ask)).toBe('answer')
    const forgotten = new EngineError({ kind: 'usage', message: 'Not known.', remedy: { option: 'allEdits' } })
    await labelMap.tell(PATHS, (request) => (request.firstEdit > 0 ? Promise.reject(forgotten) : ask(request)))
    expect(asked.map(({ firstEdit, edits }) => [firstEdit, ...edits.map(unpackRuns)])).toEqual([
      [0, Int32Array.of(1, 2, 0, 1)],
      [1, Int32Array.of(5, 2, 0, 1)],
      [0, Int32Array.of(1, 2, 0, 1), Int32Array.of(5, 2, 0, 1)],
    ])
    expect(asked[0]).toMatchObject({ scanPath: '/s/a.nii.gz', basePath: `/s/${NAME}`, baseStamp: '8@1' })
  })

  it('begin anew with the engine when they are reverted, also while it is asked', async () => {
    const { labels } = opened()
    const labelMap = labels.of(NAME) ?? expect.fail('not there')
    const asked: EditedLabels[] = []
    labels.edit(NAME, stroke(1))
    await labelMap.tell(PATHS, (request) => {
      asked.push(request)
      labels.revert()
      return Promise.resolve()
    })
    labels.edit(NAME, stroke(5))
    await labelMap.tell(PATHS, (request) => Promise.resolve(asked.push(request)))
    // The engine keeps the edits of a session that it knows, and would take new ones for those.
    expect(asked[1].session).not.toBe(asked[0].session)
    expect(asked[1].firstEdit).toBe(0)
    expect(asked[1].edits.map(unpackRuns)).toEqual([Int32Array.of(5, 2, 0, 1)])
  })

  it('keep unsaved edits when the file is described again, and drop them on revert', () => {
    const { labels, shown } = opened()
    labels.edit(NAME, stroke(1))
    labels.open({ ...base, stamp: '9@9' })
    expect(labels.unsavedNames()).toEqual([NAME])
    labels.revert()
    expect([...shown]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(labels.of(NAME)?.structures).toEqual([liver])
    expect(labels.unsavedNames()).toEqual([])
  })

  it('that are undone go back to what the file holds now, whoever wrote it', () => {
    const { labels, undo, shown, kept, rewrite } = opened()
    labels.edit(NAME, stroke(1))
    labels.edit(NAME, stroke(3))
    labels.edit(NAME, stroke(5))
    undo[2].undo()
    rewrite(7, '9@9')
    expect([...shown]).toEqual([7, 1, 1, 1, 1, 7, 7, 7])
    undo[1].undo()
    expect([...shown]).toEqual([7, 1, 1, 7, 7, 7, 7, 7])
    undo[1].redo()
    labels.edit(NAME, stroke(6))
    expect([...shown]).toEqual([7, 1, 1, 1, 1, 7, 1, 1])
    undo[3].undo()
    undo[1].undo()
    undo[0].undo()
    expect([...shown]).toEqual([7, 7, 7, 7, 7, 7, 7, 7])
    expect(kept).toEqual([])
    expect(labels.backup()).toMatchObject([{ edits: [] }])
  })

  it('stay in a file that another program wrote after they were saved, which is said', () => {
    const { labels, undo, shown, kept, rewrite } = opened()
    labels.edit(NAME, stroke(1))
    labels.of(NAME)?.setSaved({ stamp: '8@2', edits: 1, structures: [liver] })
    labels.edit(NAME, stroke(5))
    rewrite(7, '9@9')
    undo[1].undo()
    undo[0].undo()
    expect([...shown]).toEqual([7, 7, 7, 7, 7, 7, 7, 7])
    expect(kept).toEqual(['Brush: Liver'])
    // What was not undone is not made again.
    undo[0].redo()
    undo[1].redo()
    expect([...shown]).toEqual([7, 7, 7, 7, 7, 1, 1, 7])

    const { labels: others, undo: before, kept: ofOthers, rewrite: rewriteOther, shown: other } = opened()
    others.edit(NAME, stroke(1))
    others.of(NAME)?.setSaved({ stamp: '8@2', edits: 1, structures: [liver] })
    // Nothing unsaved: it is opened anew.
    rewriteOther(3, '9@9')
    before[0].undo()
    before[0].redo()
    expect([...other]).toEqual([3, 3, 3, 3, 3, 3, 3, 3])
    expect(ofOthers).toEqual(['Brush: Liver'])
  })

  it('stay where they were saved into the file of another program', () => {
    const { labels, undo, kept, rewrite } = opened()
    labels.edit(NAME, stroke(1))
    rewrite(7, '9@9')
    labels.of(NAME)?.setSaved({ stamp: '8@3', edits: 1, structures: [liver], isOverOther: true })
    undo[0].undo()
    expect(labels.of(NAME)?.runs).toEqual([])
    expect(kept).toEqual(['Brush: Liver'])
    labels.edit(NAME, stroke(5))
    undo[1].undo()
    expect(applied(labels)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(kept).toHaveLength(1)
  })

  it('reach a file that has changed without those that were taken back', async () => {
    const { labels, undo } = opened()
    const labelMap = labels.of(NAME) ?? expect.fail('not there')
    labels.edit(NAME, stroke(1))
    labels.edit(NAME, stroke(5))
    undo[1].undo()
    const asked: EditedLabels[] = []
    await labelMap.tell(PATHS, (request) => {
      asked.push(request)
      if (request.areStanding === true) return Promise.resolve()
      return Promise.reject(new EngineError({ kind: 'usage', message: '', remedy: { option: 'allEdits' } }))
    })
    expect(asked[0].edits).toHaveLength(3)
    expect(asked[1].edits.map(unpackRuns)).toEqual([Int32Array.of(1, 2, 0, 1), NO_RUNS, NO_RUNS])
    // What the engine has of the session before is not to be taken for these.
    expect(asked[1].session).not.toBe(asked[0].session)
  })

  it('say in which view an edit was made, and with which structure to go on', () => {
    const { labels, changes } = opened()
    const view = {}
    labels.edit(NAME, stroke(1), { madeIn: view, activate: 1 })
    expect(changes).toMatchObject([{ madeIn: view, activate: 1 }])
    labels.edit('of no such name', stroke(1))
    expect(changes).toHaveLength(1)
  })
})
