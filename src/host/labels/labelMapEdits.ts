import path from 'node:path'
import { z } from 'zod'
import type { EditedLabels } from '../../protocol/rpc.js'
import { editedStructureSchema, type EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import { runsOf, structuresAfter, type DrawnSlice, type LabelEdit } from '../../shared/labelEdit/labelEdit.js'
import type { VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
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

/**
 * What was edited in one label map since it was opened or saved. Every change is added at the end, undoing too: whoever
 * has drawn or applied so many of them needs only those that follow.
 */
export class LabelMapEdits {
  private log: VoxelRuns[] = []
  private current: readonly EditedStructure[]
  /** One for each stroke; those that are saved count on. */
  private drawn: readonly DrawnSlice[] = []
  private savedDrawn: readonly DrawnSlice[] = []
  /** How many of the changes the engine has, as far as it has answered. */
  private sent = 0
  /** Names what the engine keeps of it. */
  private session = nextSession()

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

  /** All changes of voxels since it was opened or saved, in order. */
  get runs(): readonly VoxelRuns[] {
    return this.log
  }

  /** Slices of structures that were drawn by hand since the file was opened: no change is carried to them. */
  get drawnSlices(): readonly DrawnSlice[] {
    return this.drawn
  }

  get isChanged(): boolean {
    return this.log.length > 0 || this.current !== this.base.structures
  }

  /** @param isUndo whether the edit takes another one back */
  apply(edit: LabelEdit, isUndo: boolean): void {
    this.log.push(...runsOf(edit))
    this.current = structuresAfter(this.current, edit, isUndo)
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
  }: {
    readonly stamp: string
    readonly edits: number
    readonly structures: readonly EditedStructure[]
  }): void {
    this.base = { ...this.base, stamp, structures }
    this.log.splice(0, edits)
    this.sent = 0
    this.savedDrawn = this.drawn
  }

  /**
   * Asks the engine for something that it does with the labels: it gets those changes that it does not have yet, or all
   * where it says that it has forgotten them.
   * @throws what `ask` throws otherwise
   */
  async tell<T>(paths: ScanPaths, ask: (labels: EditedLabels) => Promise<T>): Promise<T> {
    const { session } = this
    const edits = this.log.length
    const answer = await ask(this.request(paths, this.sent)).catch((error: unknown) => {
      if (!(error instanceof EngineError) || error.data.remedy?.option !== 'allEdits') throw error
      return ask(this.request(paths, 0))
    })
    // It may have been reverted meanwhile.
    if (session === this.session) this.sent = edits
    return answer
  }

  private request({ scanPath, folder }: ScanPaths, firstEdit: number): EditedLabels {
    return {
      scanPath,
      basePath: this.isNew ? null : path.join(folder, this.name),
      baseStamp: this.base.stamp,
      session: this.session,
      firstEdit,
      edits: this.log.slice(firstEdit).map(packRuns),
    }
  }

  backup(): LabelMapBackup {
    const { name, stamp, structures } = this.base
    return { name, stamp, savedStructures: structures, structures: this.current, edits: this.log.map(packRuns) }
  }

  /** The edits of a backup, made on what the file holds; null where the backup is damaged. */
  static restored({ name, stamp, savedStructures, structures, edits }: LabelMapBackup): LabelMapEdits | null {
    const runs = edits.map(unpackRuns).filter((one) => one !== null)
    if (runs.length < edits.length) return null
    const restored = new LabelMapEdits({ name, stamp, structures: savedStructures })
    restored.log = runs
    restored.current = structures
    return restored
  }
}
