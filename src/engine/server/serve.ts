import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc'
import {
  earlyMaskNotification,
  ENGINE_METHODS,
  progressNotification,
  structureNotification,
  type EngineHandlers,
  type Numbered,
} from '../../protocol/rpc.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import type { Engine } from '../engine.js'
import type { DownloadHooks } from '../models/install/downloadModel.js'
import { bytesListener } from '../pipeline/stageClock.js'
import { addTemplateToFile } from './addTemplateToFile.js'
import { answer, type Answer, type Answering } from './answer.js'
import { checkSetFile } from './checkSetFile.js'
import { bankInfo, engineInfo } from './engineInfo.js'
import { PausableRuns } from './pausableRuns.js'
import { oneAtATime } from './oneAtATime.js'
import { scanProblems } from './scanProblems.js'
import { segmentWithPreviews } from './segmentWithPreviews.js'
import { throttle } from './throttle.js'

/** What a user is told whose run waits for another one, which may take hours. */
const WAITING: Progress = {
  stage: 'read',
  done: 0,
  total: 0,
  secondsLeft: null,
  detail: 'waiting for the run that is going on',
}

/** A numbered request that is being answered. */
interface Call {
  readonly run: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** Answers the extension host with an engine: one row for each request of the protocol. */
export function serve(connection: MessageConnection, engine: Engine): void {
  const { models } = engine
  // What needs a network runs one at a time, in the order it came.
  const turns = oneAtATime()
  // Two edits at once could lose each other's scan; a run, which may take hours, is nothing to wait for.
  const edits = oneAtATime()
  const folders = new PausableRuns(connection, engine)

  const numbered =
    (how: (params: Numbered<unknown>, token: CancellationToken) => Answering) =>
    <T, R>(work: (request: T, call: Call) => Promise<R>) =>
    (params: Numbered<T>, token: CancellationToken): Answer<R> => {
      const { run, request } = params
      const onProgress = throttle(
        (progress) => void connection.sendNotification(progressNotification, { run, progress }),
      )
      return answer(how(params, token), (signal) => work(request, { run, signal, onProgress }))
    }
  const queued = numbered(({ run }, token) => ({
    token,
    order: turns,
    onWait: () => void connection.sendNotification(progressNotification, { run, progress: WAITING }),
  }))
  // Downloads only wait for the network.
  const beside = numbered((_params, token) => ({ token }))

  const handlers: EngineHandlers = {
    segment: queued((request, { run, ...call }) =>
      segmentWithPreviews(
        engine,
        request,
        {
          ...call,
          onStructure: (structure) => void connection.sendNotification(structureNotification, { run, structure }),
        },
        (mask) => void connection.sendNotification(earlyMaskNotification, { run, mask }),
      ),
    ),
    segmentFolder: (params, token) => folders.segment(params, { token, order: turns }),
    checkTemplates: queued(({ setPath }, call) => checkSetFile(engine, setPath, call)),
    addTemplate: (request, token) => answer({ token, order: edits }, () => addTemplateToFile(request)),
    scanProblems: ({ setPath }, token) => answer({ token }, () => scanProblems(setPath)),
    info: (token) => answer({ token }, () => engineInfo(engine)),
    bankInfo: ({ path }, token) => answer({ token }, () => bankInfo(engine, path)),
    listModels: (token) => answer({ token }, () => models.list()),
    downloadModel: beside((request, call) => models.download(request, transferOf(call))),
    importModel: queued((request, call) => models.import(request, transferOf(call))),
    verifyModel: (choice, token) => answer({ token }, () => models.verify(choice)),
    removeModel: queued((choice) => models.remove(choice)),
    testProviders: queued(({ id }, { signal }) => models.testProviders(id, { signal })),
    gpuRuntime: (token) => answer({ token }, () => models.gpuRuntime()),
    downloadGpuRuntime: beside(({ acceptUnverified }, call) =>
      models.downloadGpuRuntime(acceptUnverified, transferOf(call)),
    ),
  }
  for (const name of Object.keys(ENGINE_METHODS) as (keyof EngineHandlers)[])
    connection.onRequest<unknown, ErrorData>(ENGINE_METHODS[name].method, handlers[name])
}

/** What accompanies the transfer of a model. */
function transferOf({ signal, onProgress }: Call): Pick<DownloadHooks, 'signal' | 'onBytes'> {
  return { signal, onBytes: bytesListener(onProgress) }
}
