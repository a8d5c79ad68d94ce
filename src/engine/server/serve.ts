import { ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc'
import type { DatasetEvent } from '../../shared/datasetRun.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import {
  addTemplateMethod,
  bankInfoMethod,
  checkTemplatesMethod,
  datasetEventNotification,
  earlyMaskNotification,
  infoMethod,
  pauseNotification,
  progressNotification,
  scanProblemsMethod,
  segmentFolderMethod,
  segmentMethod,
  structureNotification,
  type EarlyMaskNote,
} from '../../protocol/rpc.js'
import { makePauseGate, type PauseGate } from '../dataset/pauseGate.js'
import { toErrorData } from '../../shared/medlsamError.js'
import type { Engine, RunHooks, SegmentResult } from '../engine.js'
import { addTemplateToFile } from './addTemplateToFile.js'
import { checkSetFile } from './checkSetFile.js'
import { segmentFolder } from './segmentFolder.js'
import { scanProblems } from './scanProblems.js'
import { withEarlyMaskFiles } from './earlyMaskFiles.js'
import { bankInfo, engineInfo } from './engineInfo.js'
import { oneAtATime, type Order } from './oneAtATime.js'
import { serveModels } from './serveModels.js'

/** JSON-RPC's code range for errors of the server; the kind is in the data. */
const ENGINE_ERROR = -32000
/** Progress may come thousands of times a second; people cannot read more than this. */
const PROGRESS_EVERY_MS = 100
/** What people are told who wait for somebody else's run, which may take hours. */
const WAITING: Progress = {
  stage: 'read',
  done: 0,
  total: 0,
  secondsLeft: null,
  detail: 'waiting for the run that is going on',
}

/** Answers the extension host with an engine. What needs a network runs one at a time, in the order it came. */
export function serve(connection: MessageConnection, engine: Engine): void {
  const answering =
    (order: Order) =>
    async <T>(
      token: CancellationToken,
      work: (signal: AbortSignal) => Promise<T>,
      onWait?: () => void,
    ): Promise<T | ResponseError<ErrorData>> => {
      const abort = new AbortController()
      const listening = token.onCancellationRequested(() => {
        abort.abort()
      })
      try {
        if (token.isCancellationRequested) abort.abort()
        return await order(() => work(abort.signal), abort.signal, onWait)
      } catch (error) {
        const data = toErrorData(error)
        return new ResponseError(ENGINE_ERROR, data.message, data)
      } finally {
        listening.dispose()
      }
    }

  const tellWaiting = (run: number) => (): void =>
    void connection.sendNotification(progressNotification, { run, progress: WAITING })
  const answer = answering(oneAtATime())
  const answerBeside = answering((work) => work())
  // Two at once could lose each other's scan; a run, which may take hours, is nothing to wait for.
  const answerEdit = answering(oneAtATime())

  const onProgress = (run: number): ((progress: Progress) => void) =>
    throttle((progress) => void connection.sendNotification(progressNotification, { run, progress }))

  const hooks = (run: number, signal: AbortSignal): RunHooks => ({
    signal,
    onProgress: onProgress(run),
    onStructure: (structure) => void connection.sendNotification(structureNotification, { run, structure }),
  })

  connection.onRequest(segmentMethod, ({ run, request: { previewFolder, ...request } }, token) =>
    answer(
      token,
      async (signal) => {
        const segment = (more: RunHooks): Promise<SegmentResult> =>
          engine.segment(request, { ...hooks(run, signal), ...more })
        const tell = (mask: EarlyMaskNote): void =>
          void connection.sendNotification(earlyMaskNotification, { run, mask })
        const { paths, sidecar } =
          previewFolder === undefined ? await segment({}) : await withEarlyMaskFiles(previewFolder, tell, segment)
        return { labelMapPath: paths.labelMap, sidecar }
      },
      tellWaiting(run),
    ),
  )
  const gates = new Map<number, PauseGate>()
  connection.onNotification(pauseNotification, ({ run, paused }) => {
    if (paused) gates.get(run)?.pause()
    else gates.get(run)?.resume()
  })
  connection.onRequest(segmentFolderMethod, ({ run, request }, token) => {
    const gate = makePauseGate()
    gates.set(run, gate)
    const tell = (event: DatasetEvent): void =>
      void connection.sendNotification(datasetEventNotification, { run, event })
    const onEvent = throttleEvents(tell)
    return answer(
      token,
      (signal) => segmentFolder(engine, request, { signal, gate, onEvent }),
      () => {
        tell({ kind: 'queued' })
      },
    ).finally(() => gates.delete(run))
  })
  connection.onRequest(checkTemplatesMethod, ({ run, request }, token) =>
    answer(token, (signal) => checkSetFile(engine, request.setPath, hooks(run, signal)), tellWaiting(run)),
  )
  connection.onRequest(addTemplateMethod, (request, token) => answerEdit(token, () => addTemplateToFile(request)))
  connection.onRequest(scanProblemsMethod, ({ setPath }, token) => answerBeside(token, () => scanProblems(setPath)))
  connection.onRequest(bankInfoMethod, ({ path }, token) => answerBeside(token, () => bankInfo(engine, path)))
  connection.onRequest(infoMethod, (token) => answerBeside(token, () => engineInfo(engine)))
  serveModels(connection, engine, {
    queued: (token, work, run) => answer(token, work, tellWaiting(run)),
    beside: answerBeside,
    onProgress,
  })
}

/** The same for the progress inside the events of a folder's run. */
function throttleEvents(send: (event: DatasetEvent) => void): (event: DatasetEvent) => void {
  let current: DatasetEvent | null = null
  const progress = throttle(() => {
    if (current !== null) send(current)
  })
  return (event) => {
    current = event
    if (event.kind === 'scanProgress') progress(event.progress)
    else send(event)
  }
}

/** Lets a new stage or the end of one through at once, everything else at a readable pace. */
function throttle(send: (progress: Progress) => void): (progress: Progress) => void {
  let lastMs = 0
  let lastStage: string | null = null
  return (progress) => {
    const nowMs = performance.now()
    if (progress.stage === lastStage && progress.done < progress.total && nowMs - lastMs < PROGRESS_EVERY_MS) return
    lastMs = nowMs
    lastStage = progress.stage
    send(progress)
  }
}
