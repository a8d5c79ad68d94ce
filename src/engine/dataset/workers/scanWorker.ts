import type { ErrorData } from '../../../shared/errorData.js'
import type { DatasetRequest } from '../../../shared/datasetRun.js'
import type { ProgressListener } from '../../../shared/progress.js'
import type { SegmentRequest } from '../../../shared/requests.js'
import type { HashedFile } from '../../pipeline/writeResult.js'
import type { Prepared } from '../state/runFingerprint.js'

/** One scan to segment. */
export interface ScanTask {
  readonly request: SegmentRequest
  /** Of the templates that the run was planned with; see `bankHash`. */
  readonly templatesSha256: string
  /** Where to put the overview image of the result. */
  readonly overviewPath: string
}

/** A result that is ready to be written. */
export interface ScanFiles {
  readonly inputSha256: string
  /** The files as they will be: the label map first, the sidecar last. */
  readonly outputs: readonly HashedFile[]
}

/** A finished scan. */
export interface ScanResult extends ScanFiles {
  /** See `scanStamp`. */
  readonly stamp: string
  /** Wall seconds per stage. */
  readonly seconds: Readonly<Record<string, number>>
  readonly found: number
  readonly structures: number
}

/** A scan in which nothing was found, and of which nothing was written. */
export interface EmptyScan {
  readonly inputSha256: string
  /** See `scanStamp`. */
  readonly stamp: string
  /** One sentence. */
  readonly reason: string
}

/** How a scan went. */
export type ScanAnswer =
  | { readonly kind: 'done'; readonly result: ScanResult }
  | { readonly kind: 'nothingFound'; readonly empty: EmptyScan }
  /** `stopsRun`: no other scan could be written either. */
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly stopsRun: boolean }
  | { readonly kind: 'cancelled' }
  /** The process that worked on it is gone; the next scan needs a new one. */
  | { readonly kind: 'lost'; readonly error: ErrorData }

/** What accompanies the work on a scan. */
export interface WorkHooks {
  readonly onProgress?: ProgressListener
  /** Asked before the first file of a result is written; when the answer is false none is, and the scan counts as `cancelled`. */
  readonly mayWrite?: (files: ScanFiles) => Promise<boolean>
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
