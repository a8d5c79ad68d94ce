import type { ChildProcess } from 'node:child_process'
import { CancellationTokenSource, createMessageConnection, IPCMessageReader, IPCMessageWriter, type CancellationToken } from 'vscode-jsonrpc/node'
import type { ErrorData } from '../../protocol/errors.js'
import { MedlsamError } from '../errors.js'
import type { ScanWorker, WorkHooks } from './scanWorker.js'
import { prepareMethod, segmentTaskMethod, workerProgress } from './workerWire.js'

/**
 * A worker in a process of its own, forked with an IPC channel, that runs `serveWorker`. ONNX Runtime crashes
 * in worker threads, and a scan that brings its process down (memory, a defect of a driver) costs that scan only.
 */
export function childWorker(child: ChildProcess): ScanWorker {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
  let listener: WorkHooks['onProgress']
  connection.onNotification(workerProgress, (progress) => { listener?.(progress) })
  connection.listen()
  const ended = new Promise<ErrorData>((resolve) => {
    child.once('error', (error) => { resolve({ kind: 'internal', message: `The process that segments cannot be started: ${error.message}.` }) })
    child.once('exit', (code, signal) => { resolve({ kind: 'internal', message: endSentence(code, signal) }) })
  })

  /** The answer to a request, or how the process ended before it answered. */
  const ask = async <R>(send: (token: CancellationToken) => Promise<R>, hooks: WorkHooks): Promise<{ readonly answer: R } | { readonly lost: ErrorData }> => {
    const cancel = new CancellationTokenSource()
    const stop = (): void => { cancel.cancel() }
    hooks.signal?.addEventListener('abort', stop)
    if (hooks.signal?.aborted === true) stop()
    listener = hooks.onProgress
    const asking = send(cancel.token).then(
      (answer) => ({ answer }),
      async (error: unknown) => {
        // The channel of a process that dies may close before its end is known.
        if (child.connected) throw error
        return { lost: await ended }
      },
    )
    // A process that is killed leaves its request open for ever.
    asking.catch(() => undefined)
    try {
      return await Promise.race([asking, ended.then((lost) => ({ lost }))])
    } finally {
      listener = undefined
      hooks.signal?.removeEventListener('abort', stop)
      cancel.dispose()
    }
  }

  return {
    async prepare(request, hooks = {}) {
      const got = await ask((token) => connection.sendRequest(prepareMethod, request, token), hooks)
      const answer = 'answer' in got ? got.answer : { kind: 'failed' as const, error: got.lost }
      if (answer.kind === 'ready') return answer.prepared
      throw new MedlsamError(answer.error.kind, answer.error.message, answer.error.file)
    },
    async segment(task, hooks = {}) {
      const got = await ask((token) => connection.sendRequest(segmentTaskMethod, task, token), hooks)
      return 'answer' in got ? got.answer : { kind: 'lost', error: got.lost }
    },
    async close() {
      connection.dispose()
      if (child.exitCode === null && child.signalCode === null) {
        child.disconnect()
        await ended
      }
    },
  }
}

function endSentence(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'The process that segments was killed, most likely because memory ran out: close other programs, use fewer --jobs, or leave this scan out.'
  return `The process that segments ended unexpectedly (${signal ?? `code ${code ?? 'unknown'}`}).`
}
