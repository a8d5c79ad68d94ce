import type { ListedStructure, RunView } from '../../protocol/scanEditor.js'
import { paletteColor } from '../viewer/labelColors.js'

/** A structure as the list shows it. */
export interface StructureRow extends ListedStructure {
  /** True where a click can jump to it. */
  readonly reachable: boolean
}

/** What the voxels say about a label. */
interface Fact {
  readonly labelValue: number
  readonly volumeMl: number
}

/** The rows of the list: what a run looks for, else what the label map names, and labels without a name. */
export function structureRows(run: RunView, named: readonly ListedStructure[], facts: readonly Fact[]): StructureRow[] {
  if (run.kind === 'running' && run.structures.length > 0)
    return run.structures.map((structure) => ({ ...structure, reachable: structure.boxMm !== null }))
  const extra = facts.filter(({ labelValue }) => !named.some((structure) => structure.labelValue === labelValue))
  return [...named.map((structure) => rowOf(structure, facts)), ...extra.map(unnamedRow)]
}

function rowOf(structure: ListedStructure, facts: readonly Fact[]): StructureRow {
  const fact = facts.find(({ labelValue }) => labelValue === structure.labelValue)
  return {
    ...structure,
    volumeMl: fact?.volumeMl ?? structure.volumeMl,
    reachable: fact !== undefined || structure.boxMm !== null,
  }
}

function unnamedRow({ labelValue, volumeMl }: Fact): StructureRow {
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
