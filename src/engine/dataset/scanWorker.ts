import type { ErrorData } from '../../protocol/errors.js'
import type { DatasetRequest } from '../../protocol/dataset.js'
import type { ProgressListener } from '../../protocol/progress.js'
import type { SegmentRequest } from '../../protocol/requests.js'
import type { Prepared } from './recipe.js'

/** One scan to segment. */
export interface ScanTask {
  readonly request: SegmentRequest
  /** Of the templates that the run was planned with; see `bankHash`. */
  readonly templatesSha256: string
  /** Where to put the pictures of the result. */
  readonly picturesPath: string
}

/** A finished scan. */
export interface ScanResult {
  readonly inputSha256: string
  /** See `scanStamp`. */
  readonly stamp: string
  /** SHA-256 of each file that was written. */
  readonly outputs: readonly { readonly path: string; readonly sha256: string }[]
  /** Wall seconds per stage. */
  readonly seconds: Readonly<Record<string, number>>
  readonly found: number
  readonly structures: number
}

/** How a scan went. */
export type ScanAnswer =
  | { readonly kind: 'done'; readonly result: ScanResult }
  /** `stopsRun`: no other scan could be written either. */
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly stopsRun: boolean }
  | { readonly kind: 'cancelled' }
  /** The process that worked on it is gone; the next scan needs a new one. */
  | { readonly kind: 'lost'; readonly error: ErrorData }

/** What accompanies the work on a scan. */
export interface WorkHooks {
  readonly onProgress?: ProgressListener
  readonly signal?: AbortSignal
}

/** Something that segments scans one after another with models and templates loaded once. */
export interface ScanWorker {
  /**
   * Loads models and templates.
   * @throws MedlsamError when they cannot be used
   */
  prepare(request: DatasetRequest, hooks?: WorkHooks): Promise<Prepared>
  /** Segments one scan; never throws. */
  segment(task: ScanTask, hooks?: WorkHooks): Promise<ScanAnswer>
  close(): Promise<void>
}
