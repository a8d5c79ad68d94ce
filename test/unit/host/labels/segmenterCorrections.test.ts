import { describe, expect, it } from 'vitest'
import { RunCancelled } from '../../../../src/host/engine/engineErrors.js'
import { ScanLabels, type UndoableEdit } from '../../../../src/host/labels/scanLabels.js'
import { SegmenterCorrections, type RefineListeners } from '../../../../src/host/labels/segmenterCorrections.js'
import type { Correction, RefineRequest, SegmentBoxRequest } from '../../../../src/protocol/editedLabels.js'
import type { CorrectionsView } from '../../../../src/protocol/scanEditor.js'
import { FOUND, type EditedStructure } from '../../../../src/shared/labelEdit/editedStructure.js'
import { applyRuns, diffLabels } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { packRuns, unpackRuns } from '../../../../src/shared/node/packedRuns.js'

const NAME = 'a_dseg.nii.gz'
const liver: EditedStructure = { name: 'Liver', labelValue: 1, color: '#aa0000', isLocked: false, origin: FOUND }
const aorta: EditedStructure = { ...liver, name: 'Aorta', labelValue: 2, isLocked: true }
const boxMm = { min: [0, 0, 0], max: [1, 1, 1] } as const
const at = (x: number, isInside = true) => ({ pointMm: [x, 0, 0], isInside }) as const

/** An engine for which the voxels of a structure are those at its points. */
function opened() {
  const shown = new Uint8Array(8)
  const base = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)
  shown.set(base)
  const undo: UndoableEdit[] = []
  const views: CorrectionsView[] = []
  const asked: (RefineRequest | SegmentBoxRequest)[] = []
  let answering: Promise<unknown> = Promise.resolve()
  const corrections = (): SegmenterCorrections => made
  const labels = new ScanLabels({
    onEdit: (edit) => undo.push(edit),
    onChange: ({ runs }) => {
      for (const one of runs) applyRuns(shown, one)
      corrections().onLabelsChanged()
    },
    onRevert: () => undefined,
    onKept: () => undefined,
  })
  labels.open({ name: NAME, stamp: '8@1', structures: [liver, aorta] })
  const early: (Int32Array | null)[] = []
  const refine = async (
    request: RefineRequest,
    { signal, onEarlyCorrection }: RefineListeners,
  ): Promise<Correction> => {
    asked.push(request)
    const present = shown.slice()
    const isSet = request.points.some(({ pointMm }) => pointMm[0] === request.latestMm?.[0])
    if (isSet) onEarlyCorrection(packRuns(Int32Array.of(request.latestMm?.[0] ?? 0, 1, 0, 1)))
    await answering
    if (signal.aborted) throw new RunCancelled(Promise.resolve())
    const before = present.slice()
    if (request.made !== null) {
      const undone = unpackRuns(request.made)
      if (undone !== null)
        applyRuns(
          before,
          undone.map((number, i) => (i % 4 === 3 ? undone[i - 1] : number)),
        )
    }
    const after = before.slice()
    for (const { pointMm, isInside } of request.points) after[pointMm[0]] = isInside ? 1 : 0
    return { runs: packRuns(diffLabels(present, after)), made: packRuns(diffLabels(before, after)) }
  }
  const made = new SegmenterCorrections({
    paths: () => ({ scanPath: '/data/a_ct.nii.gz', folder: '/data' }),
    labels,
    refine,
    segmentBox: (request) => {
      asked.push(request)
      const runs = packRuns(diffLabels(shown, Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0)))
      return Promise.resolve({ runs, made: runs })
    },
    onChange: (view) => views.push(view),
    onEarly: (labelMap, runs) => {
      expect(labelMap).toBe(NAME)
      early.push(runs)
    },
  })
  return {
    ...{ early, shown, undo, views, asked, labels, made },
    hold: (until: Promise<unknown>) => {
      answering = until
    },
  }
}

describe('corrections by the segmenter', () => {
  it('makes one edit of the answer to each point, and asks about all points together', async () => {
    const { made, shown, undo, asked, views } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(0, false) })
    expect([...shown]).toEqual([0, 0, 0, 1, 0, 0, 0, 0])
    expect(undo.map(({ label }) => label)).toEqual(['Points: Liver', 'Points: Liver'])
    expect(asked[1]).toMatchObject({ points: [at(3), at(0, false)], lockedValues: [2] })
    expect(views.map(({ isBusy }) => isBusy)).toContain(true)
    expect(made.view()).toEqual({ labelValue: 1, points: [at(3), at(0, false)], fixedSlices: [], isBusy: false })
  })

  it('shows what is known early of the slice of a point until the answer is there, which is the only edit', async () => {
    const { made, early, undo, shown } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    expect(early).toEqual([Int32Array.of(3, 1, 0, 1), null])
    await made.handle(NAME, { kind: 'movePoint', index: 0, pointMm: [5, 0, 0] })
    expect(early.slice(2)).toEqual([Int32Array.of(5, 1, 0, 1), null])
    // What a point leaves behind that is gone is known with the answer.
    await made.handle(NAME, { kind: 'removePoint', index: 0 })
    expect(early).toHaveLength(4)
    expect(undo).toHaveLength(3)
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
  })

  it('leaves nothing of what it showed early when it is stopped, fails, or the labels change meanwhile', async () => {
    const { made, early, undo, labels, hold } = opened()
    let go = (): void => undefined
    const add = (): Promise<void> => {
      hold(new Promise<void>((resolve) => (go = resolve)))
      return made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    }
    const stopped = add()
    await made.handle(NAME, { kind: 'stop' })
    go()
    await expect(stopped).rejects.toBeInstanceOf(RunCancelled)
    expect(early).toEqual([Int32Array.of(3, 1, 0, 1), null])
    hold(Promise.reject(new Error('The segmenter failed.')))
    await expect(made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })).rejects.toThrow('failed')
    expect(early.slice(2)).toEqual([Int32Array.of(3, 1, 0, 1), null])
    const edited = add()
    labels.edit(NAME, { kind: 'voxels', runs: Int32Array.of(6, 1, 0, 1), structure: 'Liver', tool: 'brush' })
    expect(early.slice(4)).toEqual([Int32Array.of(3, 1, 0, 1), null])
    go()
    await expect(edited).rejects.toThrow('was changed')
    expect(early).toHaveLength(6)
    expect(undo).toHaveLength(1)
  })

  it('takes back what a point did when it is removed, and all when none is left', async () => {
    const { made, shown } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(5) })
    await made.handle(NAME, { kind: 'removePoint', index: 0 })
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 1, 0, 0])
    await made.handle(NAME, { kind: 'removePoint', index: 0 })
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
    expect(made.view().labelValue).toBeNull()
  })

  it('moves a point with what it did', async () => {
    const { made, shown } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    await made.handle(NAME, { kind: 'movePoint', index: 0, pointMm: [6, 0, 0] })
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 0, 1, 0])
    expect(made.view().points).toEqual([at(6)])
  })

  it('lets points go when the labels are changed by somebody else: the next one counts from there', async () => {
    const { made, shown, undo, labels, asked } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    undo[0].undo()
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
    expect(made.view().points).toEqual([])
    labels.edit(NAME, { kind: 'voxels', runs: Int32Array.of(6, 1, 0, 1), structure: 'Liver', tool: 'brush' })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(4) })
    expect(asked.at(-1)).toMatchObject({ points: [at(4)], made: null })
    expect([...shown]).toEqual([1, 0, 0, 0, 1, 0, 1, 0])
  })

  it('lets points go when another program changed the file: what they did was done to another one', async () => {
    const { made, labels, asked } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    labels.open({ name: NAME, stamp: '9@9', structures: [liver, aorta] })
    expect(made.view().points).toEqual([])
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(5) })
    expect(asked[1]).toMatchObject({ points: [at(5)], made: null })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(6) })
    expect(asked[2]).toMatchObject({ points: [at(5), at(6)] })
  })

  it('gives up the answer to a point when another one is set meanwhile', async () => {
    const { made, shown, undo, hold, early } = opened()
    let go = (): void => undefined
    hold(new Promise<void>((resolve) => (go = resolve)))
    const first = made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    const second = made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(5) })
    go()
    await expect(first).rejects.toBeInstanceOf(RunCancelled)
    await second
    expect([...shown]).toEqual([1, 0, 0, 1, 0, 1, 0, 0])
    expect(undo).toHaveLength(1)
    // The second follows the first without a moment of neither.
    expect(early).toEqual([Int32Array.of(3, 1, 0, 1), Int32Array.of(5, 1, 0, 1), null])
  })

  it('drops an answer to labels that were changed meanwhile, and says so', async () => {
    const { made, shown, labels, hold } = opened()
    let go = (): void => undefined
    hold(new Promise<void>((resolve) => (go = resolve)))
    const first = made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    labels.edit(NAME, { kind: 'voxels', runs: Int32Array.of(6, 1, 0, 1), structure: 'Liver', tool: 'brush' })
    go()
    await expect(first).rejects.toThrow('Liver was changed while the segmenter corrected it')
    expect([...shown]).toEqual([1, 0, 0, 0, 0, 0, 1, 0])
    expect(made.view()).toEqual({ labelValue: null, points: [], fixedSlices: [], isBusy: false })
  })

  it('forgets a point that the engine refuses, and keeps those before', async () => {
    const { made, hold, views } = opened()
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    hold(Promise.reject(new Error('A point lies outside of the scan.')))
    await expect(made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(99) })).rejects.toThrow('outside')
    expect(made.view().points).toEqual([at(3)])
    expect(views.at(-1)).toEqual(made.view())
  })

  it('segments a structure again in a box, as one edit', async () => {
    const { made, shown, undo } = opened()
    await made.handle(NAME, { kind: 'box', labelValue: 1, boxMm })
    expect([...shown]).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    expect(undo.map(({ label }) => label)).toEqual(['Box: Liver'])
  })

  it('says what keeps it from correcting a structure', async () => {
    const { made, asked } = opened()
    await expect(made.handle(NAME, { kind: 'box', labelValue: 2, boxMm })).rejects.toThrow('Aorta is locked')
    await expect(made.handle(NAME, { kind: 'box', labelValue: 9, boxMm })).rejects.toThrow('names no structure')
    await expect(made.handle('b.nii', { kind: 'box', labelValue: 1, boxMm })).rejects.toThrow('not open any more')
    expect(asked).toEqual([])
  })

  it('carries no change to slices that are kept', async () => {
    const { made, asked } = opened()
    await made.handle(NAME, { kind: 'fixSlice', slice: 7, isFixed: true })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    expect(asked[0]).toMatchObject({ fixedSlices: [7] })
    await made.handle(NAME, { kind: 'fixSlice', slice: 7, isFixed: false })
    expect(made.view().fixedSlices).toEqual([])
  })

  it('carries no change to slices that were drawn by hand, unless they are let go', async () => {
    const { made, asked, labels } = opened()
    const drawn = (labelValue: number, slice: number): void => {
      const runs = Int32Array.of(6, 1, 0, labelValue)
      labels.edit(NAME, { kind: 'voxels', runs, structure: '', tool: 'brush', drawnOn: { labelValue, slice } })
    }
    drawn(1, 4)
    drawn(2, 5)
    drawn(1, 6)
    await made.handle(NAME, { kind: 'fixSlice', slice: 6, isFixed: true })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(3) })
    expect(asked[0]).toMatchObject({ fixedSlices: [6, 4] })
    await made.handle(NAME, { kind: 'fixSlice', slice: 6, isFixed: false })
    await made.handle(NAME, { kind: 'addPoint', labelValue: 1, point: at(5) })
    expect(asked[1]).toMatchObject({ fixedSlices: [4] })
  })
})
