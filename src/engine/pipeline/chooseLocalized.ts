import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import { mean } from '../numeric/statistics.js'
import type { AlignmentLocalization } from './localizeByAlignment.js'
import { boxAround, type Localization } from './localization.js'

/**
 * Where no template is like the scan, MedLAM is believed only when it is so sure on average over all structures of the
 * bank. Whole organs of `dev` have 0.55 and more; those of another region 0.06 to 0.20, one of them 0.49
 * (training/RECORD.md, Absent organs).
 */
const SURE_ON_AVERAGE = 0.4

/** What `auto` has found of all structures of a bank. */
export interface AutoLocalization {
  readonly aligned: AlignmentLocalization
  /** Of MedLAM; null where it was not asked. */
  readonly landmarks: readonly LocalizedStructure[] | null
}

/**
 * Takes for each structure what `auto` believes: alignment where the scan is like the templates, MedLAM where it is not
 * and MedLAM is sure of the region all the same, else nothing.
 */
export function chooseLocalized(wanted: readonly Structure[], { aligned, landmarks }: AutoLocalization): Localization {
  const knows = landmarks !== null && mean(landmarks.map(({ confidence }) => confidence)) >= SURE_ON_AVERAGE
  const believed = aligned.verdict === 'other' && knows ? landmarks : aligned.structures
  return {
    structures: onlyWanted(wanted, believed),
    drafts: believed === landmarks ? new Map() : aligned.drafts,
    aroundAllMm: boxAround(believed),
  }
}

/** What was found of the wanted structures, in their order. */
export function onlyWanted(
  wanted: readonly Structure[],
  found: readonly LocalizedStructure[],
): readonly LocalizedStructure[] {
  return wanted.map((structure) => found.find(({ name }) => name === structure.name) ?? notInTemplates(structure))
}

function notInTemplates(structure: Structure): LocalizedStructure {
  return {
    ...structure,
    status: 'not-found',
    reason: 'The templates that fit this scan do not have it.',
    confidence: 0,
    boxMm: null,
    boxVoxel: null,
    extremePointsMm: null,
  }
}
