import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node'
import { toErrorData } from '../../../shared/medlsamError.js'
import type { Engine } from '../../engine.js'
import { engineWorker } from './engineWorker.js'
import type { WorkHooks } from './scanWorker.js'
import { mayWriteMethod, prepareMethod, segmentTaskMethod, workerProgress } from './workerWire.js'

/** Progress may come thousands of times a second; a reader needs no more than this. */
const PROGRESS_EVERY_MS = 200

/** Serves an engine to the process that forked this one; ends with it, however that one ends. */
export function serveWorker(engine: Engine): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process))
  const worker = engineWorker(engine)
  let lastMs = 0
  let lastStage = ''
  const hooksOf = (token: CancellationToken): WorkHooks => {
    const abort = new AbortController()
    token.onCancellationRequested(() => {
      abort.abort()
    })
    return {
      signal: abort.signal,
      mayWrite: (files) => connection.sendRequest(mayWriteMethod, files),
      onProgress: (progress) => {
        const nowMs = performance.now()
        if (progress.stage === lastStage && progress.done < progress.total && nowMs - lastMs < PROGRESS_EVERY_MS) return
        lastMs = nowMs
        lastStage = progress.stage
        void connection.sendNotification(workerProgress, progress)
      },
    }
  }
  connection.onRequest(prepareMethod, async (request, token) => {
    try {
      return { kind: 'ready', prepared: await worker.prepare(request, hooksOf(token)) }
    } catch (error) {
      return { kind: 'failed', error: toErrorData(error) }
    }
  })
  connection.onRequest(segmentTaskMethod, (task, token) => worker.segment(task, hooksOf(token)))
  process.on('disconnect', () => process.exit(0))
  if (!process.connected) process.exit(0)
  connection.listen()
}
