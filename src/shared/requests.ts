import type { ResultExport } from './exportFormats.js'
import type { BidsFields, RunOptions } from './sidecar.js'

/** Options of a run when nobody says otherwise. */
export const DEFAULT_RUN_OPTIONS: RunOptions = {
  procedure: 'robust',
  method: 'auto',
  seed: 2023,
  parts: true,
  structures: null,
  quality: 'balanced',
  marginMm: null,
  paperMargin: false,
  sliceStep: 1,
  windowHu: null,
  appearance: true,
  // Structures that are in a scan have more on our data, absent ones seldom (training/RECORD.md).
  minConfidence: 0.25,
}

/**
 * A balanced run shows the segmenter slices that lie at most so far apart, mm: what templates and HU say of the slices
 * between them is worth as much as another look (docs/accuracy.md).
 */
export const BALANCED_APART_MM = 6

/** Stands for the built-in bank that fits the scan. */
export const AUTO_TEMPLATES = 'auto'

/** What to localize. */
export interface LocalizeRequest {
  readonly scanPath: string
  /** Which DICOM series of a folder with several: its number in their list, its UID or the end of that. */
  readonly series?: string
  /** Name of a built-in bank, or path of a bank or template set; {@link AUTO_TEMPLATES} for the built-in bank that fits. */
  readonly templates: string
  /** Changes to {@link DEFAULT_RUN_OPTIONS}. */
  readonly options?: Partial<RunOptions>
  /** Which time point of a 4D scan, from 0. */
  readonly timePoint?: number
  /** Largest voxel array to accept, in bytes. */
  readonly maxBytes?: number
  /** Take the scan as CT in HU whatever it looks like. */
  readonly forceHu?: boolean
  /** What was added to the HU in the file (1024 is common); it is subtracted. */
  readonly huOffset?: number
}

/**
 * What a run leaves as it is of a result of ours that lies where it writes: `corrected`, what a person corrected or drew;
 * `unchanged`, also what the same program, models, options and templates of the structure made.
 */
export type KeepRule = 'corrected' | 'unchanged'

/** What to segment. */
export interface SegmentRequest extends LocalizeRequest {
  /** Where to write the label map; beside the scan when absent. */
  readonly out?: string
  /** Id or files of the segmenter; the embedded one when absent. */
  readonly segmenter?: string
  /**
   * Write a sidecar that is the same byte for byte whenever and wherever it is made: without seconds, and
   * with the scan's path relative to it.
   */
  readonly reproducible?: boolean
  /** Replace files that are there already and are not ours, or were changed since. */
  readonly force?: boolean
  /** Put the structures into the label map that lies at `out`, one of ours, and leave its others as they are. */
  readonly update?: boolean
  /** Formats of other programs to write beside the NIfTI. */
  readonly write?: readonly ResultExport[]
  /** Put pseudonyms into those in the place of what tells who the patient is. */
  readonly deidentify?: boolean
  /** Do only the rest of what is asked for, and put it into the result that lies at `out`; nothing is kept when absent. */
  readonly keep?: KeepRule
  /** BIDS fields to add to the sidecar. */
  readonly bidsFields?: BidsFields
}
