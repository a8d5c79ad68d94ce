import { fileStamp } from '../../shared/node/wholeFiles.js'
import type { VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { LabelMapEdits } from './labelMapEdits.js'

/** What was compared: a label map with its edits, and the file of the reference. */
export interface ComparedState {
  readonly lineage: object
  readonly isStale: boolean
  /** Changes that stand, by identity: one that is undone and made again is the same. */
  readonly runs: readonly VoxelRuns[]
  /** Structures of one name belong together. */
  readonly names: string
  readonly referenceStamp: string | null
  /** Whether the reference has changed since, as far as was looked. */
  readonly isReferenceOther: boolean
}

/** What a comparison of a label map with a reference compares now. */
export async function comparedState(labelMap: LabelMapEdits, referencePath: string): Promise<ComparedState> {
  return { ...stateOf(labelMap), referenceStamp: await stampOf(referencePath), isReferenceOther: false }
}

/** The same after a look at the reference's file. */
export async function withReference(compared: ComparedState, referencePath: string): Promise<ComparedState> {
  return { ...compared, isReferenceOther: (await stampOf(referencePath)) !== compared.referenceStamp }
}

/** That it is gone is another state, too. */
function stampOf(file: string): Promise<string | null> {
  return fileStamp(file).catch(() => null)
}

/** Whether a label map or its reference is not what was compared any more. */
export function hasChanged(compared: ComparedState, labelMap: LabelMapEdits | undefined): boolean {
  if (labelMap === undefined) return compared.isReferenceOther
  const { lineage, isStale, runs, names } = stateOf(labelMap)
  return (
    compared.isReferenceOther ||
    lineage !== compared.lineage ||
    isStale !== compared.isStale ||
    names !== compared.names ||
    runs.length !== compared.runs.length ||
    runs.some((one, at) => one !== compared.runs[at])
  )
}

function stateOf(labelMap: LabelMapEdits): Omit<ComparedState, 'referenceStamp' | 'isReferenceOther'> {
  const { lineage, isStale, structures } = labelMap
  const names = JSON.stringify(structures.map(({ labelValue, name }) => [labelValue, name]))
  return { lineage, isStale, names, runs: labelMap.runs.filter(({ length }) => length > 0) }
}
