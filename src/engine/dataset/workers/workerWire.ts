import { NotificationType, RequestType } from 'vscode-jsonrpc'
import type { DatasetRequest } from '../../../shared/datasetRun.js'
import type { ErrorData } from '../../../shared/errorData.js'
import type { Progress } from '../../../shared/progress.js'
import type { Prepared } from '../state/runFingerprint.js'
import type { ScanAnswer, ScanFiles, ScanTask } from './scanWorker.js'

/** The wire between a run and a worker process of its own: JSON-RPC over the fork's IPC channel. */
export const prepareMethod = new RequestType<DatasetRequest, PrepareAnswer, void>('prepare')
/** Segments one scan. */
export const segmentTaskMethod = new RequestType<ScanTask, ScanAnswer, void>('segmentTask')
/** The worker's question whether it may write the result that it is at. */
export const mayWriteMethod = new RequestType<ScanFiles, boolean, void>('mayWrite')
/** Where the request that is running stands. */
export const workerProgress = new NotificationType<Progress>('workerProgress')

/** Errors are part of the answers, so that nothing of them is lost on the wire. */
export type PrepareAnswer =
  { readonly kind: 'ready'; readonly prepared: Prepared } | { readonly kind: 'failed'; readonly error: ErrorData }
