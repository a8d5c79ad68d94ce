import type { EditedStructure, EditTool, StructureOrigin, ToolVoxels } from './editedStructure.js'
import { invertRuns, RUN_LENGTH, type VoxelRuns } from './voxelRuns.js'

/** An axial slice of the scan, 0 the lowest, on which a structure was drawn by hand. */
export interface DrawnSlice {
  readonly labelValue: number
  readonly slice: number
}

/** A change of the labels of a scan: small, and with all that undoing it takes. */
export type LabelEdit =
  | {
      readonly kind: 'voxels'
      readonly runs: VoxelRuns
      /** The structure that the edit is about, by name, for the undo menu. */
      readonly structure: string
      readonly tool: EditTool
      /** Where it was drawn by hand on one axial slice; absent in other planes, for balls and for other tools. */
      readonly drawnOn?: DrawnSlice
    }
  | {
      readonly kind: 'structures'
      /** What was done, for the undo menu. */
      readonly label: string
      readonly before: readonly EditedStructure[]
      readonly after: readonly EditedStructure[]
    }
  /** Several at once, in their order: one step of undo. */
  | { readonly kind: 'combination'; readonly label: string; readonly edits: readonly LabelEdit[] }

/** The edit that takes an edit back. */
export function invertEdit(edit: LabelEdit): LabelEdit {
  switch (edit.kind) {
    case 'voxels':
      return { ...edit, runs: invertRuns(edit.runs) }
    case 'structures':
      return { ...edit, before: edit.after, after: edit.before }
    case 'combination':
      return { ...edit, edits: edit.edits.map(invertEdit).reverse() }
  }
}

/** What the undo menu says. */
export function editTitle(edit: LabelEdit): string {
  switch (edit.kind) {
    case 'voxels':
      return `${edit.tool.charAt(0).toUpperCase()}${edit.tool.slice(1)}: ${edit.structure}`
    case 'structures':
    case 'combination':
      return edit.label
  }
}

/** The changed voxels of an edit, in the order in which they change. */
export function runsOf(edit: LabelEdit): VoxelRuns[] {
  switch (edit.kind) {
    case 'voxels':
      return [edit.runs]
    case 'structures':
      return []
    case 'combination':
      return edit.edits.flatMap(runsOf)
  }
}

/**
 * The structures after an edit; what tools change is counted in where their voxels come from.
 * @param isUndo whether the edit takes another one back: its voxels are counted off again
 */
export function structuresAfter(
  structures: readonly EditedStructure[],
  edit: LabelEdit,
  isUndo = false,
): readonly EditedStructure[] {
  switch (edit.kind) {
    case 'voxels':
      return counted(structures, edit.runs, edit.tool, isUndo ? -1 : 1)
    case 'structures':
      return edit.after
    case 'combination':
      return edit.edits.reduce((all, one) => structuresAfter(all, one, isUndo), structures)
  }
}

function counted(
  structures: readonly EditedStructure[],
  runs: VoxelRuns,
  tool: EditTool,
  sign: 1 | -1,
): readonly EditedStructure[] {
  const voxels = new Map<number, number>()
  for (let at = 0; at < runs.length; at += RUN_LENGTH)
    for (const value of [runs[at + 2], runs[at + 3]]) voxels.set(value, (voxels.get(value) ?? 0) + runs[at + 1])
  return structures.map((structure) => {
    const changed = voxels.get(structure.labelValue)
    return changed === undefined
      ? structure
      : { ...structure, origin: withVoxels(structure.origin, tool, sign * changed) }
  })
}

function withVoxels({ kind, voxelsByTool }: StructureOrigin, tool: EditTool, change: number): StructureOrigin {
  const { [tool]: before = 0, ...others } = voxelsByTool
  const after = Math.max(0, before + change)
  const next: ToolVoxels = after === 0 ? others : { ...others, [tool]: after }
  if (kind === 'drawn') return { kind, voxelsByTool: next }
  return { kind: Object.keys(next).length === 0 ? 'found' : 'corrected', voxelsByTool: next }
}
