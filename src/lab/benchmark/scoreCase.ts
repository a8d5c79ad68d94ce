import path from 'node:path'
import { z } from 'zod'
import { defined } from '../../shared/defined.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { readLabelMap, type LabelMap } from '../../engine/scanFiles/readLabelMap.js'
import {
  scoreStructures,
  structureScoreSchema,
  type ScoredStructure,
  type StructureScore,
} from '../evaluation/scoreStructure.js'
import type { CaseMade, CaseResult, CaseTools } from './caseTypes.js'
import { fileSafe, keyOf, stored } from './storedCase.js'
import { skipSmallSlices } from './truth/skipSmallSlices.js'

const scoresSchema = z.object({ deploy: z.array(structureScoreSchema), paper: z.array(structureScoreSchema) })

/** Changes of the scores' meaning make old ones worthless. */
const SCORES_VERSION = 3

const NO_MASK = 'Its box was found, but no mask.'

/**
 * Scores what was made of a case against its truth, by both protocols; kept scores are used while nothing that they
 * depend on has changed.
 * @param folder that of the case
 * @throws MedlsamError `input` when the label map that was made cannot be read
 */
export async function scoreCase(
  tools: CaseTools,
  folder: string,
  truth: LabelMap,
  { variant, segmenter, structures, labelMap, key, failure }: CaseMade,
): Promise<CaseResult> {
  const scored = tools.structures.map(({ name, labelValue }): ScoredStructure => {
    const own = structures.find((structure) => structure.name === name)
    return defined({
      name,
      labelValue,
      predictedValue: own?.labelValue ?? -1,
      toleranceMm: tools.tolerancesMm.get(name) ?? 2,
      boxMm: own?.boxMm ?? undefined,
    })
  })
  const made = { variant, segmenter, structures, labelMap }
  if (failure !== null) {
    const missed = (of: LabelVolume): StructureScore[] => {
      const scores = withReasons(scoreStructures(null, of, scored), structures, failure)
      return segmenter === null ? scores.map(withoutMask) : scores
    }
    const { truth: kept } = skipSmallSlices({ prediction: truth, truth }, scored, tools.minPixels)
    return { ...made, deploy: missed(truth), paper: missed(kept) }
  }
  const file = path.join(folder, `scores-${variant}${segmenter === null ? '' : `-${fileSafe(segmenter)}`}.json`)
  const scoresKey = keyOf(SCORES_VERSION, key, truth.sha256, scored, tools.minPixels)
  const scores = await stored(file, scoresKey, scoresSchema, async () => {
    if (labelMap === null) {
      const missed = withReasons(scoreStructures(null, truth, scored), structures, 'Only its box was wanted.')
      const boxesOnly = missed.map(withoutMask)
      return { deploy: boxesOnly, paper: boxesOnly }
    }
    const prediction: LabelVolume = await readLabelMap(labelMap)
    const kept = skipSmallSlices({ prediction, truth }, scored, tools.minPixels)
    const deploy = withReasons(scoreStructures(prediction, truth, scored), structures, NO_MASK)
    const paper = withReasons(scoreStructures(kept.prediction, kept.truth, scored), structures, NO_MASK)
    return { deploy, paper: paper.map((score, i) => withBoxOf(score, deploy[i])) }
  })
  return { ...made, ...scores }
}

/** @param whereFound what to say of a structure without a mask whose box was found */
function withReasons(
  scores: readonly StructureScore[],
  structures: readonly LocalizedStructure[],
  whereFound: string,
): StructureScore[] {
  return scores.map((score) => {
    if (score.outcome !== 'missed') return score
    const own = structures.find(({ name }) => name === score.structure)
    const reason =
      own === undefined
        ? 'The templates do not have it.'
        : own.status === 'found'
          ? whereFound
          : (own.reason ?? 'It was not found.')
    return { ...score, reason }
  })
}

/** A score that says nothing of a mask, since none was wanted. */
function withoutMask(score: StructureScore): StructureScore {
  return { ...score, dice: null, surfaceDice: null, volumeErrorMl: null, volumeErrorPercent: null }
}

/** A score of masks without some slices, whose box is that of the whole organ all the same. */
function withBoxOf(
  score: StructureScore,
  { boxIou, wallErrorsMm, wallDistanceMm, cutSides }: StructureScore,
): StructureScore {
  switch (score.outcome) {
    case 'scored':
    case 'missed':
      return { ...score, boxIou, wallErrorsMm, wallDistanceMm, cutSides }
    case 'extra':
    case 'absent':
      return score
  }
}
