import { defined } from '../../shared/defined.js'
import type { SegmentedStructure, Structure } from '../../shared/structure.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import { readSidecar } from '../../engine/pipeline/readSidecar.js'
import { readStructureNames } from '../../engine/templates/structureNames.js'
import { readHeader } from '../../engine/scanFiles/readHeader.js'
import { readLabelMap } from '../../engine/scanFiles/readLabelMap.js'
import { readLabelsOn, type LabelsWithNames } from '../../engine/scanFiles/readLabelsOn.js'
import { formatOf } from '../../shared/scanNames.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { findLabelMaps, predictionOf } from './labelFiles.js'
import { placeOnGrid } from '../../engine/labels/placeOnGrid.js'
import { scoreStructures, type StructureScore } from './scoreStructure.js'
import type { CaseScores } from './evaluationSummary.js'
import { readTolerances, toleranceMm } from './tolerances.js'

/** What to evaluate, and how. */
export interface EvaluateRequest {
  readonly predictions: string
  readonly truth: string
  /** Names of the label values of the truth. */
  readonly labels: string
  /** Resample predictions that lie on another grid; refuse them otherwise. */
  readonly resample: boolean
  /** What the truth does not show is not there, so finding it is a failure. */
  readonly truthIsComplete: boolean
}

/** Scores of all cases, and what users should know about them. */
export interface FolderEvaluation {
  readonly structures: readonly Structure[]
  readonly cases: readonly CaseScores[]
  /** Sentences. */
  readonly warnings: readonly string[]
}

/**
 * Scores every label map of the truth folder against the prediction of the same name. A case without a
 * prediction, or with one that cannot be read or placed, counts: all its structures were missed.
 * @throws MedlsamError `input` or `template` when a folder, a truth or the names cannot be used
 */
export async function evaluateFolders(
  request: EvaluateRequest,
  hooks: { readonly signal?: AbortSignal; readonly onCase?: (done: number, total: number, id: string) => void } = {},
): Promise<FolderEvaluation> {
  const structures = await readStructureNames(request.labels)
  const [truths, predictions] = [
    await findLabelMaps(request.truth, { dicom: true }),
    await findLabelMaps(request.predictions),
  ]
  const { tolerancesMm, warnings: aboutTolerances } = await readTolerances(request.labels, structures)
  const warnings = [...aboutTolerances]
  const used = new Set<string>()
  /** Structures of sidecars that the truth has no name for. */
  const unmatched = new Set<string>()
  const cases: CaseScores[] = []
  for (const [id, truthFile] of truths) {
    throwIfCancelled(hooks.signal)
    hooks.onCase?.(cases.length, truths.size, id)
    const file = predictionOf(id, predictions)
    if (file !== null) used.add(file)
    const truth = await readTruth(truthFile, file)
    const { prediction, reason } =
      file === null
        ? { prediction: null, reason: `There is no prediction of ${id} in ${request.predictions}.` }
        : await placedPrediction(file, truth, truthFile, request.resample, warnings)
    const sidecar = file !== null && /\.nii(\.gz)?$/i.test(file) ? await readSidecar(file) : null
    const said = (name: string): SegmentedStructure | undefined =>
      sidecar?.structures.find((structure) => structure.name.toLowerCase() === name.toLowerCase())
    const scores = scoreStructures(
      prediction,
      truth,
      structures.map(({ name, labelValue }) => {
        const own = said(name)
        return {
          name,
          labelValue: truth.structures === null ? labelValue : valueIn(truth.structures, name),
          // A prediction that brings its own names may number them differently.
          predictedValue: sidecar === null ? labelValue : (own?.labelValue ?? NOWHERE),
          toleranceMm: toleranceMm(name, tolerancesMm),
          ...defined({ boxMm: own?.boxMm ?? undefined }),
        }
      }),
    )
    const names = sidecar?.structures.map((structure) => structure.name) ?? []
    for (const name of names)
      if (!structures.some((structure) => structure.name.toLowerCase() === name.toLowerCase())) unmatched.add(name)
    const why = (name: string): string =>
      reason ??
      said(name)?.reason ??
      (sidecar === null || said(name) !== undefined
        ? 'The prediction has no voxel of it.'
        : `Its sidecar names ${names.join(', ')}, but no ${name}.`)
    cases.push({ id, scores: scores.map((score) => explained(score, why(score.structure), request.truthIsComplete)) })
  }
  hooks.onCase?.(truths.size, truths.size, '')
  const unused = [...predictions.values()].filter((file) => !used.has(file))
  if (unused.length > 0) warnings.push(`Without a truth of the same name, and so not scored: ${unused.join(', ')}.`)
  if (unmatched.size > 0)
    warnings.push(
      `Predicted structures that ${request.labels} does not name, and so not scored: ${[...unmatched].join(', ')}. Where the truth has one of them, give it the same name there.`,
    )
  return { structures, cases, warnings }
}

/** No voxel has that value. */
const NOWHERE = -1

/** The value of a structure in a truth that brings its own names. */
function valueIn(structures: readonly Structure[], name: string): number {
  return structures.find((each) => each.name.toLowerCase() === name.toLowerCase())?.labelValue ?? NOWHERE
}

/** The truth of a case; DICOM objects on the grid of the prediction, which is that of the scan. */
async function readTruth(file: string, prediction: string | null): Promise<LabelsWithNames> {
  if (formatOf(file) !== null) return { ...(await readLabelMap(file)), structures: null }
  if (prediction !== null) return readLabelsOn(file, await readHeader(prediction))
  throw new MedlsamError(
    'input',
    `${file} has no prediction, on whose grid its contours would be compared: put one of the same name there, or leave the case out.`,
    file,
  )
}

async function placedPrediction(
  file: string,
  truth: LabelVolume,
  truthFile: string,
  resample: boolean,
  warnings: string[],
): Promise<{ readonly prediction: LabelVolume | null; readonly reason: string | null }> {
  try {
    const { labels, warning } = placeOnGrid(await readLabelMap(file), truth, file, truthFile, resample)
    if (warning !== null) warnings.push(warning)
    return { prediction: labels, reason: null }
  } catch (error) {
    if (!(error instanceof MedlsamError)) throw error
    warnings.push(error.message)
    return { prediction: null, reason: error.message }
  }
}

function explained(score: StructureScore, reason: string, truthIsComplete: boolean): StructureScore {
  switch (score.outcome) {
    case 'missed':
      return { ...score, reason }
    case 'extra':
      return truthIsComplete
        ? {
            ...score,
            dice: 0,
            surfaceDice: 0,
            boxIou: 0,
            reason: 'Found where the truth, which is said to be complete, has none.',
          }
        : { ...score, reason: 'The truth does not have it, so there is nothing to compare with.' }
    case 'scored':
    case 'absent':
      return score
  }
}
