import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node'
import type { ErrorData } from '../../../shared/errorData.js'
import { fromErrorData, MedlsamError } from '../../../shared/medlsamError.js'
import type { ScanWorker, WorkHooks } from './scanWorker.js'
import { mayWriteMethod, prepareMethod, segmentTaskMethod, workerProgress } from './workerWire.js'

/** What belongs together, the end of a process, of its channel and the signal that ended both, is known within this time. */
const TOGETHER_MS = 500

/**
 * A worker in a process of its own, forked with an IPC channel, that runs `serveWorker`. ONNX Runtime crashes
 * in worker threads, and a scan that brings its process down (memory, a defect of a driver) costs that scan only.
 * When it ends after the signal was aborted, that is what ended it: Ctrl-C in a terminal reaches it too, perhaps
 * before it can say that it wants to go on.
 */
export function childWorker(child: ChildProcess): ScanWorker {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
  let current: WorkHooks = {}
  connection.onNotification(workerProgress, (progress) => {
    current.onProgress?.(progress)
  })
  connection.onRequest(mayWriteMethod, async (files) => (await current.mayWrite?.(files)) ?? true)
  connection.listen()
  const ended = new Promise<ErrorData>((resolve) => {
    child.once('error', (error) => {
      resolve({ kind: 'internal', message: `The process that segments cannot be started: ${error.message}.` })
    })
    child.once('exit', (code, signal) => {
      const tell = (): void => {
        resolve(endOf(code, signal))
      }
      // Ctrl-C is for this process too, which may hear of it a moment later than of this end.
      if (signal === 'SIGINT') setTimeout(tell, TOGETHER_MS)
      else tell()
    })
  })

  /** The answer to a request, or how the process ended before it answered. */
  const ask = async <R>(
    send: (token: CancellationToken) => Promise<R>,
    hooks: WorkHooks,
  ): Promise<{ readonly answer: R } | { readonly lost: ErrorData }> => {
    const cancel = new CancellationTokenSource()
    const stop = (): void => {
      cancel.cancel()
    }
    hooks.signal?.addEventListener('abort', stop)
    if (hooks.signal?.aborted === true) stop()
    current = hooks
    const asking = send(cancel.token).then(
      (answer) => ({ answer }),
      async (error: unknown) => {
        // The channel of a process that dies may close, or fail, before its end is known.
        const lost = await (child.connected
          ? Promise.race([ended, sleep(2 * TOGETHER_MS, null, { ref: false })])
          : ended)
        if (lost === null) throw error
        return { lost }
      },
    )
    // A process that is killed leaves its request open for ever.
    asking.catch(() => undefined)
    try {
      return await Promise.race([asking, ended.then((lost) => ({ lost }))])
    } finally {
      current = {}
      hooks.signal?.removeEventListener('abort', stop)
      cancel.dispose()
    }
  }

  return {
    async prepare(request, hooks = {}) {
      const got = await ask((token) => connection.sendRequest(prepareMethod, request, token), hooks)
      if ('lost' in got && hooks.signal?.aborted === true)
        throw new MedlsamError('cancelled', 'Stopped before models and templates were loaded.')
      const answer = 'answer' in got ? got.answer : { kind: 'failed' as const, error: got.lost }
      if (answer.kind === 'ready') return answer.prepared
      throw fromErrorData(answer.error)
    },
    async segment(task, hooks = {}) {
      const got = await ask((token) => connection.sendRequest(segmentTaskMethod, task, token), hooks)
      if ('answer' in got) return got.answer
      return hooks.signal?.aborted === true ? { kind: 'cancelled' } : { kind: 'lost', error: got.lost }
    },
    async close() {
      connection.dispose()
      if (child.exitCode === null && child.signalCode === null) {
        if (child.connected) child.disconnect()
        await ended
      }
    },
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): ErrorData {
  if (signal === 'SIGKILL')
    return {
      kind: 'internal',
      message:
        'The process that segments was killed, most likely because memory ran out: close other programs, work on fewer scans at the same time, or leave this scan out.',
      remedy: { option: 'jobs' },
    }
  const how = signal ?? `code ${code ?? 'unknown'}`
  return { kind: 'internal', message: `The process that segments ended unexpectedly (${how}).` }
}
