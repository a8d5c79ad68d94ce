import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { MedlamModel } from '../../engine/medlam/model.js'
import type { TemplateBank } from '../../engine/medlam/templateBank.js'
import type { Segmenter } from '../../engine/sam/segmenter.js'
import type { StructureScore } from '../evaluation/scoreStructure.js'
import type { Variant } from './variants.js'

/** What all cases of a benchmark share. */
export interface CaseTools {
  /** Folder of the benchmark. */
  readonly folder: string
  readonly model: MedlamModel
  /** Templates, with all structures that the data set has too. */
  readonly bank: TemplateBank
  /** Stands for the templates and the program that runs. */
  readonly basis: string
  readonly segmenters: readonly Segmenter[]
  /** Structures to segment and to score, as the data set numbers them. */
  readonly structures: readonly Structure[]
  readonly tolerancesMm: ReadonlyMap<string, number>
  readonly run: RunOptions
  readonly seed: number
  /** Threshold of the paper's protocol. */
  readonly minPixels: number
}

/** One variant to be run on a case: its boxes, and whether masks are wanted. */
export interface WantedVariant {
  readonly variant: Variant
  readonly masks: boolean
}

/** What one variant did on one case. */
export interface CaseResult {
  readonly variant: string
  /** Null where only boxes were wanted. */
  readonly segmenter: string | null
  readonly structures: readonly LocalizedStructure[]
  /** Scores of which every slice counts. */
  readonly deploy: readonly StructureScore[]
  /** Scores by the paper's protocol: slices with little of a structure are left out of its masks. */
  readonly paper: readonly StructureScore[]
  /** Label map that was written; null where only boxes were wanted. */
  readonly labelMap: string | null
}

/** Boxes, and masks where wanted, before anything was scored. */
export interface CaseMade {
  readonly variant: string
  readonly segmenter: string | null
  readonly structures: readonly LocalizedStructure[]
  readonly labelMap: string | null
  /** Hash of all that it was made from. */
  readonly key: string
  /** Why there is nothing, or null. */
  readonly failure: string | null
}
