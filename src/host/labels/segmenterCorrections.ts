import type { Correction, EditedLabels, RefineRequest, SegmentBoxRequest } from '../../protocol/editedLabels.js'
import { NO_CORRECTIONS, type CorrectionRequest, type CorrectionsView } from '../../protocol/scanEditor.js'
import type { BoxMm, PointMm } from '../../shared/geometry/points.js'
import type { EditedStructure, EditTool } from '../../shared/labelEdit/editedStructure.js'
import type { VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { unpackRuns } from '../../shared/node/packedRuns.js'
import type { RefinePoint } from '../../shared/refinement.js'
import type { LabelMapEdits, ScanPaths } from './labelMapEdits.js'
import type { ScanLabels } from './scanLabels.js'

/** What corrections need of the rest. */
export interface CorrectionParts {
  /** Of the scan. */
  paths(): ScanPaths
  readonly labels: ScanLabels
  refine(request: RefineRequest, listeners: RefineListeners): Promise<Correction>
  segmentBox(request: SegmentBoxRequest, signal: AbortSignal): Promise<Correction>
  /** How things stand has changed. */
  onChange(view: CorrectionsView): void
  /** What a correction that is going on changes is known early, to be shown until it ends; null when that is over. */
  onEarly(labelMap: string, runs: VoxelRuns | null): void
}

/** What accompanies a correction by points. */
export interface RefineListeners {
  readonly signal: AbortSignal
  /** Packed. */
  readonly onEarlyCorrection: (runs: string) => void
}

/** Points that were set on a structure one after the other. */
interface PointsTurn {
  readonly labelMap: string
  readonly labelValue: number
  readonly points: readonly RefinePoint[]
  /** What they did to the labels, packed; null before the first answer. */
  readonly made: string | null
  /** How many changes the label map had then: another number says that somebody else changed it since. */
  readonly edits: number
  /** Whether another program had changed its file then. */
  readonly isStale: boolean
}

/** How a structure is segmented again in a box, where that is not as usual. */
export type BoxHow = Pick<SegmentBoxRequest, 'quality' | 'segmenter' | 'templates' | 'windowHu'>

/**
 * Corrections of a scan's labels by the segmenter. Every answer becomes one edit of the document. Points that follow each
 * other on a structure are asked about together; any other change of the labels lets them go.
 */
export class SegmenterCorrections {
  private turn: PointsTurn | null = null
  private fixedSlices: readonly number[] = []
  private running: AbortController | null = null
  /** The label map that shows what is known early, and how many changes it had then. */
  private early: { readonly labelMap: string; readonly edits: number } | null = null
  /** The box of each structure that was segmented in one. */
  private readonly boxes = new Map<string, BoxMm>()

  constructor(private readonly parts: CorrectionParts) {}

  view(): CorrectionsView {
    const isBusy = this.running !== null
    const { fixedSlices } = this
    const { present } = this
    if (present === null) return { ...NO_CORRECTIONS, fixedSlices, isBusy }
    const { labelValue, points } = present
    return { labelValue, points, fixedSlices, isBusy }
  }

  /** @throws Error with one sentence where the segmenter cannot; the labels are then as they were */
  async handle(labelMap: string, request: Exclude<CorrectionRequest, { readonly kind: 'again' }>): Promise<void> {
    switch (request.kind) {
      case 'addPoint': {
        const turn = this.turnOn(labelMap, request.labelValue)
        return this.refine({ ...turn, points: [...turn.points, request.point] }, request.point.pointMm)
      }
      case 'movePoint': {
        const { present: turn } = this
        if (turn === null) return
        const { index, pointMm } = request
        const points = turn.points.map((point, at) => (at === index ? { ...point, pointMm } : point))
        return this.refine({ ...turn, points }, pointMm)
      }
      case 'removePoint': {
        const { present: turn } = this
        if (turn === null || request.index >= turn.points.length) return
        const { pointMm } = turn.points[request.index]
        return this.refine({ ...turn, points: turn.points.filter((_, index) => index !== request.index) }, pointMm)
      }
      case 'leavePoints':
        this.letGo()
        return
      case 'fixSlice': {
        const others = this.fixedSlices.filter((slice) => slice !== request.slice)
        this.fixedSlices = request.isFixed ? [...others, request.slice] : others
        if (!request.isFixed) this.parts.labels.release(labelMap, request.slice)
        this.tell()
        return
      }
      case 'box':
        return this.segmentBox(labelMap, request.labelValue, request.boxMm)
      case 'stop':
        this.running?.abort()
        return
    }
  }

  /** Segments a structure again in a box. @throws Error with one sentence where that fails */
  async segmentBox(labelMap: string, labelValue: number, boxMm: BoxMm, how: BoxHow = {}): Promise<void> {
    this.turn = null
    this.endEarly()
    this.boxes.set(`${labelMap} ${labelValue}`, boxMm)
    const edited = this.labelMap(labelMap)
    const tool = Object.keys(how).length === 0 ? 'box' : 'segment again'
    await this.correct(edited, this.structure(edited, labelValue), tool, (common, signal) =>
      this.parts.segmentBox({ ...common, ...how, keepsShape: tool === 'box', boxMm }, signal),
    )
  }

  /** The box in which a structure was segmented last; null for none. */
  lastBox(labelMap: string, labelValue: number): BoxMm | null {
    return this.boxes.get(`${labelMap} ${labelValue}`) ?? null
  }

  /** The labels have changed; points are let go where it was somebody else. */
  onLabelsChanged(): void {
    const { turn, early } = this
    if (early !== null && this.parts.labels.of(early.labelMap)?.runs.length !== early.edits) this.endEarly()
    if (turn !== null && this.running === null && this.parts.labels.of(turn.labelMap)?.runs.length !== turn.edits)
      this.letGo()
  }

  /** The points that go on; none where another program changed the file since: what they did is not all they changed in it. */
  private get present(): PointsTurn | null {
    const { turn } = this
    return turn !== null && this.parts.labels.of(turn.labelMap)?.isStale === turn.isStale ? turn : null
  }

  private turnOn(labelMap: string, labelValue: number): PointsTurn {
    const { present: turn } = this
    if (turn?.labelMap === labelMap && turn.labelValue === labelValue) return turn
    this.endEarly()
    const { runs, isStale } = this.labelMap(labelMap)
    return { labelMap, labelValue, points: [], made: null, edits: runs.length, isStale }
  }

  /** @param latestMm the point that was set, moved or taken away */
  private async refine(turn: PointsTurn, latestMm: PointMm): Promise<void> {
    const before = this.turn
    // Shown at once, and the next point counts them.
    this.turn = turn
    const { points, made, labelMap, labelValue } = turn
    const edited = this.labelMap(labelMap)
    const drawn = edited.drawnSlices.filter((one) => one.labelValue === labelValue).map(({ slice }) => slice)
    const fixedSlices = [...new Set([...this.fixedSlices, ...drawn])]
    try {
      const correction = await this.correct(edited, this.structure(edited, labelValue), 'points', (common, signal) =>
        this.parts.refine(
          { ...common, points, fixedSlices, made, latestMm },
          {
            signal,
            onEarlyCorrection: (packed) => {
              if (!signal.aborted) this.showEarly(edited, common.labels, packed)
            },
          },
        ),
      )
      if (correction === null || this.turn !== turn) return
      const next = { ...turn, made: correction.made, edits: edited.runs.length }
      this.turn = points.length === 0 ? null : next
    } catch (error) {
      // A point that cannot be used goes again.
      if (this.turn === turn) this.turn = before
      throw error
    } finally {
      this.tell()
    }
  }

  /** Asks for a correction and makes an edit of it. @returns null where the labels have changed meanwhile, or another request came */
  private async correct(
    edited: LabelMapEdits,
    structure: EditedStructure,
    tool: EditTool,
    ask: (
      common: Pick<RefineRequest, 'labels' | 'structure' | 'lockedValues'>,
      signal: AbortSignal,
    ) => Promise<Correction>,
  ): Promise<Correction | null> {
    this.running?.abort()
    const running = new AbortController()
    this.running = running
    this.tell()
    const edits = edited.runs.length
    const { name, labelValue } = structure
    const lockedValues = edited.structures.filter(({ isLocked }) => isLocked).map((locked) => locked.labelValue)
    try {
      const correction = await edited.tell(this.parts.paths(), (labels: EditedLabels) =>
        ask({ labels, structure: { name, labelValue }, lockedValues }, running.signal),
      )
      if (running.signal.aborted) return null
      if (edited.runs.length !== edits)
        throw new Error(`${name} was changed while the segmenter corrected it, so its answer was dropped: try again.`)
      const runs = unpackRuns(correction.runs)
      if (runs !== null && runs.length > 0)
        this.parts.labels.edit(edited.name, { kind: 'voxels', runs, structure: name, tool })
      return correction
    } finally {
      // A point that was set meanwhile goes on from what is shown.
      if (this.running === running) {
        this.running = null
        this.endEarly()
      }
      this.tell()
    }
  }

  /** Shows what is known early, unless the labels have changed since they were sent. */
  private showEarly({ name, runs: { length: edits } }: LabelMapEdits, sent: EditedLabels, packed: string): void {
    const runs = unpackRuns(packed)
    if (runs === null || sent.firstEdit + sent.edits.length !== edits) return
    this.early = { labelMap: name, edits }
    this.parts.onEarly(name, runs)
  }

  private endEarly(): void {
    const { early } = this
    this.early = null
    if (early !== null) this.parts.onEarly(early.labelMap, null)
  }

  private labelMap(name: string): LabelMapEdits {
    const labelMap = this.parts.labels.of(name)
    if (labelMap === undefined) throw new Error(`${name} is not open any more.`)
    return labelMap
  }

  private structure({ structures, name }: LabelMapEdits, labelValue: number): EditedStructure {
    const structure = structures.find((one) => one.labelValue === labelValue)
    if (structure === undefined)
      throw new Error(`${name} names no structure with the label ${labelValue}: rename it first.`)
    if (structure.isLocked)
      throw new Error(`${structure.name} is locked. Unlock it in the list of structures to correct it.`)
    return structure
  }

  private letGo(): void {
    this.running?.abort()
    this.endEarly()
    this.turn = null
    this.tell()
  }

  private tell(): void {
    this.parts.onChange(this.view())
  }
}
