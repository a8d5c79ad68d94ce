import { z } from 'zod'
import { EXTREME_SIDES, type BoxMm } from '../../shared/geometry/points.js'
import { determinant, spacingMm } from '../../shared/geometry/affine.js'
import { dropStrayPieces } from '../../engine/labels/components.js'
import { intersectBoxes, volumeBox } from '../../shared/geometry/boxConversion.js'
import { labelExtents, type LabelExtent } from '../../engine/labels/extremePoints.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { unionOfBoxes } from '../../shared/geometry/boxConversion.js'
import { wallErrorsMm } from '../../shared/geometry/wallErrors.js'
import { wallDistanceMm } from './boxScores.js'
import { cutSides, truthBoxMm } from './truthBox.js'
import { hd95Mm } from '../../engine/labels/hausdorff.js'
import { cutPadded } from '../../engine/labels/paddedMask.js'
import { boxIou } from '../../engine/medlam/boxes.js'
import { surfaceDice } from './surfaceDice.js'

/**
 * What can be said of a structure in a case:
 * - `scored`: in the truth and predicted;
 * - `missed`: in the truth, but nothing was predicted: a failure, DSC 0;
 * - `extra`: predicted, but not in the truth: nothing to compare with;
 * - `absent`: neither.
 */
const OUTCOMES = ['scored', 'missed', 'extra', 'absent'] as const

const perWall = z.object({
  inferior: z.number(),
  posterior: z.number(),
  right: z.number(),
  superior: z.number(),
  anterior: z.number(),
  left: z.number(),
})

/** Schema of all measures of one structure in one case; null where a measure has no meaning. */
export const structureScoreSchema = z.object({
  structure: z.string(),
  outcome: z.enum(OUTCOMES),
  /** Dice similarity coefficient: 2 |A and B| / (|A| + |B|). */
  dice: z.number().nullable(),
  /** Surface Dice at `toleranceMm`. */
  surfaceDice: z.number().nullable(),
  toleranceMm: z.number(),
  /** 95th percentile of the pooled surface distances; null also when the structure was missed, since no number is large enough. */
  hd95Mm: z.number().nullable(),
  volumeMl: z.number(),
  truthMl: z.number(),
  /** Predicted less truth. */
  volumeErrorMl: z.number().nullable(),
  volumeErrorPercent: z.number().nullable(),
  /** Overlap of the boxes, both cut to the scan. */
  boxIou: z.number().nullable(),
  /** Per wall how far it lies outside (positive) or inside (negative) of the true one. */
  wallErrorsMm: perWall.nullable(),
  /** Mean absolute error of the walls that the field of view does not cut. */
  wallDistanceMm: z.number().nullable(),
  /** Sides on which the field of view cuts the structure of the truth, so that its wall there is not known. */
  cutSides: z.array(z.enum(EXTREME_SIDES)),
  /** One sentence about a failure. */
  reason: z.string().optional(),
})

/** All measures of one structure in one case. */
export type StructureScore = Readonly<z.infer<typeof structureScoreSchema>>

/** A structure to score. */
export interface ScoredStructure {
  readonly name: string
  /** Its value in the truth. */
  readonly labelValue: number
  /** Its value in the prediction. */
  readonly predictedValue: number
  readonly toleranceMm: number
  /** The box that localization found; the box around the predicted mask when absent. */
  readonly boxMm?: BoxMm
}

/**
 * Scores structures of one case. A pen's slips far from an organ (pieces under 5 % of it) are left out of the
 * true box, since they would be scored as its walls; masks are compared as they are.
 * @param prediction on the grid of the truth; null when there is none
 */
export function scoreStructures(
  prediction: LabelVolume | null,
  truth: LabelVolume,
  structures: readonly ScoredStructure[],
): StructureScore[] {
  const inTruth = byValue(labelExtents(truth))
  const tidy = dropStrayPieces(truth, [...inTruth.values()])
  const tidyExtents = byValue(labelExtents(tidy))
  const predicted = prediction === null ? new Map<number, LabelExtent>() : byValue(labelExtents(prediction))
  const voxelMl = Math.abs(determinant(truth.affine)) / 1000
  return structures.map((structure) => {
    const { name, labelValue, predictedValue, toleranceMm } = structure
    const [ours, theirs] = [predicted.get(predictedValue), inTruth.get(labelValue)]
    const volumeMl = (ours?.voxels ?? 0) * voxelMl
    const truthMl = (theirs?.voxels ?? 0) * voxelMl
    const nothing = {
      structure: name,
      dice: null,
      surfaceDice: null,
      toleranceMm,
      hd95Mm: null,
      volumeMl,
      truthMl,
      volumeErrorMl: null,
      volumeErrorPercent: null,
      boxIou: null,
      wallErrorsMm: null,
      wallDistanceMm: null,
      cutSides: [],
    }
    if (theirs === undefined) return { ...nothing, outcome: ours === undefined ? 'absent' : 'extra' }
    const box = scoreBox(structure, prediction, ours, tidy, tidyExtents.get(labelValue) ?? theirs)
    const volumeErrorMl = volumeMl - truthMl
    const measured = { ...nothing, ...box, volumeErrorMl, volumeErrorPercent: 100 * (volumeMl / truthMl - 1) }
    if (ours === undefined || prediction === null) return { ...measured, outcome: 'missed', dice: 0, surfaceDice: 0 }
    const around = unionOfBoxes(ours.boxVoxel, theirs.boxVoxel)
    const [a, b] = [cutPadded(prediction, predictedValue, around), cutPadded(truth, labelValue, around)]
    let both = 0
    for (let i = 0; i < a.data.length; i++) both += a.data[i] & b.data[i]
    const spacing = spacingMm(truth.affine)
    return {
      ...measured,
      outcome: 'scored',
      dice: (2 * both) / (ours.voxels + theirs.voxels),
      surfaceDice: surfaceDice(a, b, spacing, toleranceMm),
      hd95Mm: hd95Mm(a, b, spacing),
    }
  })
}

function byValue(extents: readonly LabelExtent[]): Map<number, LabelExtent> {
  return new Map(extents.map((extent) => [extent.labelValue, extent]))
}

function scoreBox(
  structure: ScoredStructure,
  prediction: LabelVolume | null,
  ours: LabelExtent | undefined,
  tidy: LabelVolume,
  theirs: LabelExtent,
): Pick<StructureScore, 'boxIou' | 'wallErrorsMm' | 'wallDistanceMm' | 'cutSides'> {
  const scanBox = volumeBox(tidy)
  const truthBox = truthBoxMm(tidy, theirs)
  const cut = cutSides(tidy, theirs)
  const found = structure.boxMm ?? (ours === undefined || prediction === null ? null : truthBoxMm(prediction, ours))
  if (found === null) return { boxIou: 0, wallErrorsMm: null, wallDistanceMm: null, cutSides: cut }
  const inside = intersectBoxes(found, scanBox)
  const errors = wallErrorsMm(found, truthBox)
  return {
    boxIou: inside === null ? 0 : boxIou(inside, truthBox),
    wallErrorsMm: errors,
    wallDistanceMm: wallDistanceMm(errors, cut),
    cutSides: cut,
  }
}
