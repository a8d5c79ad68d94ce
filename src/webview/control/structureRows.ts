import type { ListedStructure, RunView } from '../../protocol/scanEditor.js'
import type { EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import { paletteColor } from '../viewer/labelColors.js'

/** A structure as the list shows it. */
export interface StructureRow extends ListedStructure {
  /** True where a click can jump to it. */
  readonly reachable: boolean
  /** Its template points; null where it has none. */
  readonly marked: StructurePoints | null
}

/** What the voxels say about a label. */
interface Fact {
  readonly labelValue: number
  readonly volumeMl: number
}

/** A row before it is known whether it has points. */
type PlainRow = Omit<StructureRow, 'marked'>

/**
 * The rows of the list: what a run looks for, else what the label map names, and labels without a name; then structures
 * that have template points only, whose label value is 0. Points of the same name are a detail of a row, whose colour
 * is theirs, since that can be chosen.
 */
export function structureRows(
  run: RunView,
  named: readonly ListedStructure[],
  facts: readonly Fact[],
  points: readonly StructurePoints[] = [],
): StructureRow[] {
  const rows = labelRows(run, named, facts)
  const markedRows = rows.map((row): StructureRow => {
    const marked = points.find(({ name }) => name === row.name) ?? null
    return { ...row, marked, color: marked?.color ?? row.color }
  })
  const alone = points.filter(({ name }) => !rows.some((row) => row.name === name))
  return [...markedRows, ...alone.map(pointsRow)]
}

/** The structures that a label map names, as they were edited since; null for no edits. */
export function withEdits(
  named: readonly ListedStructure[],
  edited: readonly EditedStructure[] | null,
): readonly ListedStructure[] {
  if (edited === null) return named
  return edited.map(({ name, labelValue, color, isLocked, origin }) => {
    const before = named.find((one) => one.labelValue === labelValue)
    return { ...(before ?? unnamedRow({ labelValue, volumeMl: 0 })), name, color, isLocked, origin }
  })
}

function labelRows(run: RunView, named: readonly ListedStructure[], facts: readonly Fact[]): PlainRow[] {
  if (run.kind === 'running' && run.structures.length > 0)
    return run.structures.map((structure) => ({ ...structure, reachable: structure.boxMm !== null }))
  const extra = facts.filter(({ labelValue }) => !named.some((structure) => structure.labelValue === labelValue))
  const rows = [...named.map((structure) => rowOf(structure, facts)), ...extra.map(unnamedRow)]
  return run.kind === 'localized' ? withLocalized(rows, run.structures) : rows
}

/** The rows with the boxes that a run found; what the label map does not have comes first. */
function withLocalized(rows: readonly PlainRow[], found: readonly ListedStructure[]): PlainRow[] {
  const isTaken = (value: number): boolean => rows.some(({ labelValue }) => labelValue === value)
  const fresh = found
    .filter(({ name }) => !rows.some((row) => row.name === name))
    .map((structure) => ({
      ...structure,
      labelValue: isTaken(structure.labelValue) ? 0 : structure.labelValue,
      reachable: structure.boxMm !== null,
    }))
  const merged = rows.map((row): PlainRow => {
    const localized = found.find(({ name }) => name === row.name)
    if (localized === undefined) return row
    const { status, reason, confidence, withinShare, boxMm, extremePointsMm } = localized
    const reachable = row.reachable || boxMm !== null
    return { ...row, status, reason, confidence, withinShare, boxMm, extremePointsMm, reachable }
  })
  return [...fresh, ...merged]
}

function rowOf(structure: ListedStructure, facts: readonly Fact[]): PlainRow {
  const fact = facts.find(({ labelValue }) => labelValue === structure.labelValue)
  return {
    ...structure,
    volumeMl: fact?.volumeMl ?? structure.volumeMl,
    reachable: fact !== undefined || structure.boxMm !== null,
  }
}

function unnamedRow({ labelValue, volumeMl }: Fact): PlainRow {
  return {
    name: `Label ${labelValue}`,
    labelValue,
    color: paletteColor(labelValue),
    status: 'found',
    confidence: null,
    volumeMl,
    boxMm: null,
    extremePointsMm: null,
    reachable: true,
  }
}

function pointsRow(marked: StructurePoints): StructureRow {
  return {
    name: marked.name,
    labelValue: 0,
    color: marked.color,
    status: 'found',
    confidence: null,
    volumeMl: null,
    boxMm: null,
    extremePointsMm: null,
    reachable: false,
    marked,
  }
}
