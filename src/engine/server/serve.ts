import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc'
import {
  earlyCorrectionNotification,
  earlyMaskNotification,
  ENGINE_METHODS,
  progressNotification,
  structureNotification,
  type EngineHandlers,
  type Numbered,
} from '../../protocol/rpc.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { convertLabelMap } from '../convert/convertLabelMap.js'
import { importLabels } from '../convert/importLabels.js'
import { seriesStem, seriesVolume } from '../dicom/cache/seriesVolume.js'
import { clearVolumes } from '../dicom/cache/volumeCache.js'
import { openableSeries } from '../dicom/openableSeries.js'
import { EditedLabelMaps } from '../editing/editedLabelMap.js'
import { saveLabelMap } from '../editing/saveLabelMap.js'
import type { Engine } from '../engine.js'
import { reviewScan } from '../dataset/summary/reviewScan.js'
import type { DownloadHooks } from '../models/install/downloadModel.js'
import { bytesListener } from '../pipeline/stageClock.js'
import { addTemplateToFile } from './addTemplateToFile.js'
import { answer, type Answer, type Answering } from './answer.js'
import { checkSetFile } from './checkSetFile.js'
import { EarlyEnds } from './earlyEnds.js'
import { bankInfo, engineInfo } from './engineInfo.js'
import { compareLabelMaps, labelMapStatistics, operateOnLabels } from './labelRequests.js'
import { PausableRuns } from './pausableRuns.js'
import { oneAtATime } from './oneAtATime.js'
import { scanProblems } from './scanProblems.js'
import { planFolder } from './segmentFolder.js'
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
  // Two at once would need the memory of both, and the second may find what the first made.
  const volumes = oneAtATime()
  const labelMaps = new EditedLabelMaps()
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

  const inTurn = numbered((_params, token) => ({ token, order: volumes }))

  const ends = new EarlyEnds(connection)
  const onStructure =
    (run: number) =>
    (structure: LocalizedStructure): void =>
      void connection.sendNotification(structureNotification, { run, structure })
  const handlers: EngineHandlers = {
    segment: queued((request, { run, ...call }) =>
      ends.during(run, (endEarly) =>
        segmentWithPreviews(
          engine,
          request,
          { ...call, endEarly, onStructure: onStructure(run) },
          (mask) => void connection.sendNotification(earlyMaskNotification, { run, mask }),
        ),
      ),
    ),
    localize: queued((request, { run, ...call }) =>
      engine.localize(request, { ...call, onStructure: onStructure(run) }),
    ),
    planFolder: queued((request, { signal }) => planFolder(engine, request, signal)),
    segmentFolder: (params, token) => folders.segment(params, { token, order: turns }),
    reviewScan: (request, token) => answer({ token }, () => reviewScan(request)),
    checkTemplates: queued(({ setPath }, call) => checkSetFile(engine, setPath, call)),
    addTemplate: (request, token) => answer({ token, order: edits }, () => addTemplateToFile(request)),
    convertLabelMap: (request, token) => answer({ token }, () => convertLabelMap(request)),
    scanProblems: ({ setPath }, token) => answer({ token }, () => scanProblems(setPath)),
    openableSeries: ({ folder }, token) => answer({ token }, () => openableSeries(folder)),
    seriesStem: ({ scanPath }, token) => answer({ token }, async () => ({ stem: await seriesStem(scanPath) })),
    seriesVolume: inTurn((request, { signal, onProgress }) =>
      seriesVolume(request, {
        signal,
        onSlices: (done, total) => {
          onProgress({ stage: 'read', done, total, secondsLeft: null })
        },
      }),
    ),
    importLabels: (request, token) => answer({ token }, () => importLabels(request)),
    clearVolumes: ({ cacheFolder }, token) => answer({ token, order: volumes }, () => clearVolumes(cacheFolder)),
    info: (token) => answer({ token }, () => engineInfo(engine)),
    bankInfo: ({ path }, token) => answer({ token }, () => bankInfo(engine, path)),
    saveLabelMap: (request, token) => answer({ token, order: edits }, () => saveLabelMap(labelMaps, request)),
    refine: queued(async (request, { run, signal }) =>
      engine.refine(request, await labelMaps.openEditedLabelMap(request.labels), {
        signal,
        onEarly: (runs) => void connection.sendNotification(earlyCorrectionNotification, { run, runs }),
      }),
    ),
    segmentBox: queued(async (request, call) =>
      engine.segmentBox(request, await labelMaps.openEditedLabelMap(request.labels), call),
    ),
    operate: (request, token) => answer({ token }, () => operateOnLabels(labelMaps, request)),
    compareLabelMaps: (request, token) => answer({ token }, () => compareLabelMaps(labelMaps, request)),
    labelStatistics: (request, token) => answer({ token }, () => labelMapStatistics(labelMaps, request)),
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
