import { defined } from '../../shared/defined.js'
import { editTitle, type LabelEdit } from '../../shared/labelEdit/labelEdit.js'
import type { VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { LabelMapEdits, type LabelMapBackup, type LabelMapBase } from './labelMapEdits.js'

/** What changed in a label map. */
export interface LabelsChange {
  readonly labelMap: LabelMapEdits
  readonly runs: readonly VoxelRuns[]
  /** The editor where it was drawn and is seen already. */
  readonly madeIn?: object
  /** The label value to go on with. */
  readonly activate?: number
}

/** A change that can be undone, as VS Code is told of it. */
export interface UndoableEdit {
  readonly label: string
  readonly undo: () => void
  readonly redo: () => void
}

/** Who hears of changes. */
export interface LabelsListener {
  onEdit(edit: UndoableEdit): void
  /** Voxels or structures changed: the views follow. */
  onChange(change: LabelsChange): void
  /** Edits of a label map were dropped, or one of them on a file that has changed: the views read its file again. */
  onRevert(): void
  /** An edit is not taken back: the file holds what another program wrote since. */
  onKept(labelMap: string, edit: string): void
}

/** The label maps of a scan that are being edited: part of its document. */
export class ScanLabels {
  private readonly byName = new Map<string, LabelMapEdits>()

  constructor(private readonly listener: LabelsListener) {}

  of(name: string): LabelMapEdits | undefined {
    return this.byName.get(name)
  }

  /** Those with something to save. */
  changedOnes(): LabelMapEdits[] {
    return [...this.byName.values()].filter(({ isChanged }) => isChanged)
  }

  /** Names of those that are not on the disk, or hold what is not. */
  unsavedNames(): string[] {
    return [...this.byName.values()].filter(({ isNew, isChanged }) => isNew || isChanged).map(({ name }) => name)
  }

  /** Takes up a label map as its file has it now; edits of it that are not saved stay. */
  open(base: LabelMapBase): LabelMapEdits {
    const present = this.byName.get(base.name)
    present?.noteStamp(base.stamp)
    if (present !== undefined && (present.isChanged || present.isNew || !present.isStale)) return present
    const opened = new LabelMapEdits(base)
    this.byName.set(base.name, opened)
    return opened
  }

  /** Makes an edit. @param how which editor has drawn it already, and which structure to go on with */
  edit(name: string, edit: LabelEdit, how: Pick<LabelsChange, 'madeIn' | 'activate'> = {}): void {
    const lineage = this.byName.get(name)?.lineage
    if (lineage === undefined) return
    this.apply(name, edit, { isUndo: false, ...how })
    const label = editTitle(edit)
    let isUndone = false
    this.listener.onEdit({
      label,
      undo: () => {
        const labelMap = this.byName.get(name)
        if (labelMap === undefined) return
        isUndone = labelMap.lineage === lineage && labelMap.canTakeBack(edit)
        if (isUndone) this.apply(name, edit, { isUndo: true })
        else this.listener.onKept(name, label)
      },
      redo: () => {
        if (isUndone && this.byName.get(name)?.lineage === lineage) this.apply(name, edit, { isUndo: false })
      },
    })
  }

  /** Lets changes be carried again to a slice that was drawn. */
  release(name: string, slice: number): void {
    const labelMap = this.byName.get(name)
    if (labelMap?.release(slice) === true) this.listener.onChange({ labelMap, runs: [] })
  }

  /** Drops the edits that were not saved, of all label maps or of one. */
  revert(labelMaps: readonly LabelMapEdits[] = this.changedOnes()): void {
    for (const labelMap of labelMaps) labelMap.revert()
    if (labelMaps.length > 0) this.listener.onRevert()
  }

  /** A label map is deleted, with what was edited in it. */
  forget(name: string): void {
    this.byName.delete(name)
  }

  backup(): LabelMapBackup[] {
    return this.changedOnes().map((labelMap) => labelMap.backup())
  }

  /** Takes up edits that were not saved before a restart. */
  restore(backups: readonly LabelMapBackup[]): void {
    for (const backup of backups) {
      const restored = LabelMapEdits.restored(backup)
      if (restored !== null) this.byName.set(restored.name, restored)
    }
  }

  /** Makes edits again that were not saved and that VS Code did not hand back; as edits, so that they can be undone. */
  recover(backups: readonly LabelMapBackup[]): void {
    for (const backup of backups) {
      const { name, stamp, savedStructures } = backup
      const restored = LabelMapEdits.restored(backup)
      if (restored === null) continue
      const { structures: before } = this.open({ name, stamp, structures: savedStructures })
      const voxels = restored.runs.map((runs): LabelEdit => ({ kind: 'voxels', runs, structure: name, tool: 'brush' }))
      const label = 'Recover unsaved labels'
      const structures: LabelEdit = { kind: 'structures', label, before, after: restored.structures }
      this.edit(name, { kind: 'combination', label, edits: [...voxels, structures] })
    }
  }

  private apply(
    name: string,
    edit: LabelEdit,
    { isUndo, madeIn, activate }: Pick<LabelsChange, 'madeIn' | 'activate'> & { readonly isUndo: boolean },
  ): void {
    const labelMap = this.byName.get(name)
    if (labelMap === undefined) return
    const runs = labelMap.apply(edit, isUndo)
    // What lies below the edit is known to nobody but the file.
    if (isUndo && labelMap.isStale) this.listener.onRevert()
    else this.listener.onChange({ labelMap, runs, ...defined({ madeIn, activate }) })
  }
}
