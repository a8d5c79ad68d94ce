import { defined } from '../../../shared/defined.js'
import type { RunOptions } from '../../../shared/sidecar.js'
import type { TemplateBank } from '../../../engine/medlam/templateBank.js'
import { embedScan } from '../../../engine/medlam/embed.js'
import type { MedlamModel } from '../../../engine/medlam/model.js'
import { prepareVolume } from '../../../engine/medlam/prepare.js'
import type { ScanEmbedding } from '../../../engine/medlam/scanEmbedding.js'
import type { Localization } from '../../../engine/pipeline/localization.js'
import { localizeEmbedded } from '../../../engine/pipeline/localizeScan.js'
import { segmentLocalized } from '../../../engine/pipeline/segmentLocalized.js'
import type { Segmentation } from '../../../engine/sam/segmentScan.js'
import type { Segmenter } from '../../../engine/sam/segmenter.js'
import type { Scan } from '../../../shared/geometry/volume.js'

// Nothing in this folder may know the truth: it takes scans and boxes, and a lint rule keeps label maps and scores out.

/** How to localize in a benchmark. */
export interface LocalizeSetting {
  readonly parts: boolean
  readonly similarity: boolean
  readonly procedure: RunOptions['procedure']
  readonly method: RunOptions['method']
}

/** Lets the model look at a scan; its passes are shared by all that is localized in it. */
export function lookAt(model: MedlamModel, scan: Scan): ScanEmbedding {
  return embedScan(model, prepareVolume(scan, model.card))
}

/** The bank with so many of its templates, the first ones; all when null. Its calibrations stay those of all. */
export function firstTemplates(bank: TemplateBank, count: number | null): TemplateBank {
  return count === null ? bank : { ...bank, templates: bank.templates.slice(0, count) }
}

/** What a case is localized with. */
export interface LocalizeInput {
  readonly model: MedlamModel
  readonly scan: Scan
  readonly embedding: () => ScanEmbedding
  readonly bank: TemplateBank
  readonly run: RunOptions
  readonly signal: AbortSignal | undefined
}

/** Finds all structures of a bank in a scan. */
export async function localizeCase(
  { model, scan, embedding, bank, run, signal }: LocalizeInput,
  { parts, similarity, procedure, method }: LocalizeSetting,
): Promise<Localization> {
  // Without similarity there is no confidence, and everything would be reported as not found.
  const options = { ...run, procedure, parts, method, minConfidence: similarity ? run.minConfidence : 0 }
  return localizeEmbedded(
    { model, bank, structures: bank.structures, options },
    scan,
    () => (similarity ? embedding() : withoutFeatures(embedding())),
    defined({ signal }),
  )
}

/** What a case is segmented with. */
export interface SegmentInput {
  /** Null for drafts. */
  readonly segmenter: Segmenter | null
  readonly scan: Scan
  readonly bank: TemplateBank
  readonly run: RunOptions
  readonly signal: AbortSignal | undefined
}

/** Segments the structures that were found, wherever that comes from. */
export function segmentCase(
  { segmenter, scan, bank, run, signal }: SegmentInput,
  localization: Localization,
): Promise<Segmentation> {
  return segmentLocalized({ segmenter, bank, options: run }, scan, localization, defined({ signal }))
}

/** The same scan for a model that only regresses distances: similarity finds nothing to compare. */
function withoutFeatures(embedding: ScanEmbedding): ScanEmbedding {
  return { ...embedding, featuresAround: () => Promise.resolve([]) }
}
