import type { CancellationToken, MessageConnection, ResponseError } from 'vscode-jsonrpc'
import type { ErrorData } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import {
  downloadGpuRuntimeMethod,
  downloadModelMethod,
  gpuRuntimeMethod,
  importModelMethod,
  listModelsMethod,
  removeModelMethod,
  testProvidersMethod,
  verifyModelMethod,
} from '../../protocol/rpc.js'
import type { Engine } from '../engine.js'
import { startClock } from '../pipeline/stageClock.js'

/** How a request is answered: one at a time, telling the run of this number when it must wait, or beside others. */
export interface Answering {
  readonly queued: <T>(
    token: CancellationToken,
    work: (signal: AbortSignal) => Promise<T>,
    run: number,
  ) => Promise<T | ResponseError<ErrorData>>
  readonly beside: <T>(
    token: CancellationToken,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T | ResponseError<ErrorData>>
  readonly onProgress: (run: number) => (progress: Progress) => void
}

/** Answers what the extension asks about models. Downloads run beside other requests, since they only wait for the network. */
export function serveModels(
  connection: MessageConnection,
  { models }: Engine,
  { queued, beside, onProgress }: Answering,
): void {
  const bytes = (run: number): ((done: number, total: number, file: string) => void) => {
    const clock = startClock(onProgress(run))
    clock.start('download')
    return (done, total, file) => {
      clock.report(done, total, file)
    }
  }
  connection.onRequest(listModelsMethod, (token) => beside(token, () => models.list()))
  connection.onRequest(downloadModelMethod, ({ run, request }, token) =>
    beside(token, (signal) => models.download(request, { signal, onBytes: bytes(run) })),
  )
  connection.onRequest(importModelMethod, ({ run, request }, token) =>
    queued(token, (signal) => models.import(request, { signal, onBytes: bytes(run) }), run),
  )
  connection.onRequest(verifyModelMethod, (choice, token) => beside(token, () => models.verify(choice)))
  connection.onRequest(testProvidersMethod, ({ run, request }, token) =>
    queued(token, (signal) => models.testProviders(request.id, { signal }), run),
  )
  connection.onRequest(gpuRuntimeMethod, (token) => beside(token, () => models.gpuRuntime()))
  connection.onRequest(downloadGpuRuntimeMethod, ({ run, request }, token) =>
    beside(token, (signal) => models.downloadGpuRuntime(request.acceptUnverified, { signal, onBytes: bytes(run) })),
  )
  connection.onRequest(removeModelMethod, ({ run, request }, token) => queued(token, () => models.remove(request), run))
}
