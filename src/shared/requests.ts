import type { BidsFields, RunOptions } from './sidecar.js'

/** Options of a run when nobody says otherwise. */
export const DEFAULT_RUN_OPTIONS: RunOptions = {
  procedure: 'robust',
  seed: 2023,
  parts: true,
  structures: null,
  marginMm: null,
  paperMargin: false,
  sliceStep: 1,
  windowHu: null,
  appearance: true,
  // Structures that are in a scan have more on our data, absent ones seldom (training/RECORD.md).
  minConfidence: 0.25,
}

/** What to localize. */
export interface LocalizeRequest {
  readonly scanPath: string
  /** Name of a built-in bank, or path of a bank or template set. */
  readonly templates: string
  /** Changes to {@link DEFAULT_RUN_OPTIONS}. */
  readonly options?: Partial<RunOptions>
  /** Which time point of a 4D scan, from 0. */
  readonly timePoint?: number
  /** Largest voxel array to accept, in bytes. */
  readonly maxBytes?: number
  /** Take the scan as CT in HU whatever it looks like. */
  readonly forceHu?: boolean
}

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
  /** BIDS fields to add to the sidecar. */
  readonly bidsFields?: BidsFields
}
