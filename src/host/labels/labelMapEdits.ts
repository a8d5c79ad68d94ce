import path from 'node:path'
import { z } from 'zod'
import type { EditedLabels } from '../../protocol/editedLabels.js'
import { editedStructureSchema, type EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import {
  invertEdit,
  runsOf,
  structuresAfter,
  type DrawnSlice,
  type LabelEdit,
} from '../../shared/labelEdit/labelEdit.js'
import { NO_RUNS, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { EngineError } from '../engine/engineErrors.js'
import { packRuns, unpackRuns } from '../../shared/node/packedRuns.js'

/** The file that a label map was opened from, and what it holds besides voxels. */
export interface LabelMapBase {
  /** Of the file in the scan's folder that it came from or will be written to. */
  readonly name: string
  /** Size and time of the file; null for a label map that was not saved yet. */
  readonly stamp: string | null
  readonly structures: readonly EditedStructure[]
}

/** Schema of what a backup keeps of a label map. */
export const labelMapBackupSchema = z
  .object({
    name: z.string(),
    stamp: z.string().nullable(),
    savedStructures: z.array(editedStructureSchema).readonly(),
    structures: z.array(editedStructureSchema).readonly(),
    /** Packed. */
    edits: z.array(z.string()).readonly(),
  })
  .readonly()

/** What a backup keeps of a label map. */
export type LabelMapBackup = z.infer<typeof labelMapBackupSchema>

let sessions = 0

function nextSession(): string {
  return `${process.pid}-${++sessions}`
}

/** Where a scan lies, and the folder of its label maps. */
export interface ScanPaths {
  readonly scanPath: string
  readonly folder: string
}

/** A change of voxels: a part of an edit, or what takes it back. */
interface LoggedChange {
  readonly runs: VoxelRuns
  readonly edit: LabelEdit
  readonly part: number
  readonly isUndo: boolean
}

/**
 * What was edited in one label map since it was opened or saved. Every change is added at the end, undoing too: whoever
 * has drawn or applied so many of them needs only those that follow.
 */
export class LabelMapEdits {
  private log: LoggedChange[] = []
  private current: readonly EditedStructure[]
  /** One for each stroke; those that are saved count on. */
  private drawn: readonly DrawnSlice[] = []
  private savedDrawn: readonly DrawnSlice[] = []
  /** How many of the changes the engine has, as far as it has answered. */
  private sent = 0
  /** Names what the engine keeps of it. */
  private session = nextSession()
  private isFileOther = false
  /**
   * Another one where its file was written over what another program had put there: edits before that say of voxels what
   * they were in a file that is no more.
   */
  lineage: object = {}

  constructor(private base: LabelMapBase) {
    this.current = base.structures
  }

  get name(): string {
    return this.base.name
  }

  /** Size and time of its file when that was opened or saved; null for none. */
  get stamp(): string | null {
    return this.base.stamp
  }

  /** Whether it has no file yet. */
  get isNew(): boolean {
    return this.stamp === null
  }

  get structures(): readonly EditedStructure[] {
    return this.current
  }

  /**
   * All changes of voxels since it was opened or saved, in order. A change that was taken back is empty, and so is what took
   * it back: what is undone is as the file has it, whatever that holds by now.
   */
  get runs(): readonly VoxelRuns[] {
    const takenBack = this.takenBack()
    return this.log.map(({ runs }, at) => (takenBack.has(at) ? NO_RUNS : runs))
  }

  /** Whether another program changed the file since it was opened, as far as is known. */
  get isStale(): boolean {
    return this.isFileOther
  }

  /** Its file has this size and time now. */
  noteStamp(stamp: string | null): void {
    this.isFileOther = !this.isNew && stamp !== this.stamp
  }

  /** Whether taking an edit back leaves what the file holds: not where it was saved to a file that was another one. */
  canTakeBack(edit: LabelEdit): boolean {
    if (!this.isStale) return true
    const takenBack = this.takenBack()
    const last = this.log.findLast((_, at) => !takenBack.has(at))
    return runsOf(edit).length === 0 || (last?.edit === edit && !last.isUndo)
  }

  /** Slices of structures that were drawn by hand since the file was opened: no change is carried to them. */
  get drawnSlices(): readonly DrawnSlice[] {
    return this.drawn
  }

  get isChanged(): boolean {
    return this.log.length > 0 || this.current !== this.base.structures
  }

  /** Makes an edit, or takes it back. @returns the changes of voxels */
  apply(edit: LabelEdit, isUndo: boolean): readonly VoxelRuns[] {
    const done = isUndo ? invertEdit(edit) : edit
    const changes = runsOf(done)
    changes.forEach((runs, index) => {
      this.log.push({ runs, edit, part: isUndo ? changes.length - 1 - index : index, isUndo })
    })
    this.current = structuresAfter(this.current, done, isUndo)
    this.noteDrawn(edit, isUndo)
    return changes
  }

  private noteDrawn(edit: LabelEdit, isUndo: boolean): void {
    if (edit.kind !== 'voxels' || edit.drawnOn === undefined) return
    const { labelValue, slice } = edit.drawnOn
    const last = this.drawn.findLastIndex((one) => one.labelValue === labelValue && one.slice === slice)
    this.drawn = isUndo ? this.drawn.filter((_, index) => index !== last) : [...this.drawn, edit.drawnOn]
  }

  /** Lets changes be carried to slices that were drawn. @returns whether there was one at this height */
  release(slice: number): boolean {
    const { drawn } = this
    this.drawn = drawn.filter((one) => one.slice !== slice)
    return this.drawn.length < drawn.length
  }

  /** Goes back to what the file holds. What the engine keeps has the edits that are dropped. */
  revert(): void {
    this.session = nextSession()
    this.log = []
    this.sent = 0
    this.current = this.base.structures
    this.drawn = this.savedDrawn
  }

  /** It was written when it had so many changes and these structures. */
  setSaved({
    stamp,
    edits,
    structures,
    isOverOther = false,
  }: {
    readonly stamp: string
    /** Whether the file that it was written over was not the one that was opened. */
    readonly isOverOther?: boolean
    readonly edits: number
    readonly structures: readonly EditedStructure[]
  }): void {
    this.base = { ...this.base, stamp, structures }
    this.log.splice(0, edits)
    this.sent = 0
    this.isFileOther = false
    if (isOverOther) this.lineage = {}
    this.savedDrawn = this.drawn
  }

  /**
   * Asks the engine for something that it does with the labels: it gets those changes that it does not have yet, or all
   * that stand where it says that it has forgotten them, or that the file is another one.
   * @throws what `ask` throws otherwise
   */
  async tell<T>(paths: ScanPaths, ask: (labels: EditedLabels) => Promise<T>): Promise<T> {
    let { session } = this
    let edits = this.log.length
    const fresh = { firstEdit: this.sent, edits: this.log.slice(this.sent).map(({ runs }) => packRuns(runs)) }
    const answer = await ask({ ...this.source(paths), ...fresh }).catch((error: unknown) => {
      if (!(error instanceof EngineError) || error.data.remedy?.option !== 'allEdits') throw error
      if (session === this.session) this.session = nextSession()
      ;({ session } = this)
      edits = this.log.length
      const all = { firstEdit: 0, edits: this.runs.map(packRuns), areStanding: true }
      return ask({ ...this.source(paths), ...all })
    })
    // It may have been reverted meanwhile.
    if (session === this.session) this.sent = edits
    return answer
  }

  private source({ scanPath, folder }: ScanPaths): Omit<EditedLabels, 'firstEdit' | 'edits'> {
    return {
      scanPath,
      basePath: this.isNew ? null : path.join(folder, this.name),
      baseStamp: this.base.stamp,
      session: this.session,
    }
  }

  /** Places of changes that were taken back, and of what took them back. Undoing begins with the last one. */
  private takenBack(): ReadonlySet<number> {
    const standing: number[] = []
    const takenBack = new Set<number>()
    this.log.forEach(({ edit, part, isUndo }, at) => {
      const last = standing.at(-1)
      const before = last === undefined ? undefined : this.log[last]
      if (last === undefined || before?.edit !== edit || before.part !== part || before.isUndo === isUndo) {
        standing.push(at)
        return
      }
      standing.pop()
      takenBack.add(last)
      takenBack.add(at)
    })
    return takenBack
  }

  backup(): LabelMapBackup {
    const { name, stamp, structures } = this.base
    const edits = this.runs.filter(({ length }) => length > 0).map(packRuns)
    return { name, stamp, savedStructures: structures, structures: this.current, edits }
  }

  /** The edits of a backup, made on what the file holds; null where the backup is damaged. */
  static restored({ name, stamp, savedStructures, structures, edits }: LabelMapBackup): LabelMapEdits | null {
    const runs = edits.map(unpackRuns).filter((one) => one !== null)
    if (runs.length < edits.length) return null
    const restored = new LabelMapEdits({ name, stamp, structures: savedStructures })
    restored.log = runs.map((one) => {
      const edit: LabelEdit = { kind: 'voxels', runs: one, structure: name, tool: 'brush' }
      return { runs: one, edit, part: 0, isUndo: false }
    })
    restored.current = structures
    return restored
  }
}
