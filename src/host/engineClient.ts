import { fork, type ChildProcess } from 'node:child_process'
import { CancellationTokenSource, createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node'
import type { DatasetEvent, DatasetOutcome, DatasetRequest } from '../protocol/dataset.js'
import type { ErrorData } from '../protocol/errors.js'
import type { DownloadModelRequest, GpuRuntimeInfo, ImportModelRequest, InstalledModel, ModelChoice, ModelsInfo, ProviderTestReport, VerifiedFile } from '../protocol/models.js'
import type { Progress } from '../protocol/progress.js'
import {
  addTemplateMethod,
  bankInfoMethod,
  checkTemplatesMethod,
  datasetEventNotification,
  downloadGpuRuntimeMethod,
  downloadModelMethod,
  gpuRuntimeMethod,
  earlyMaskNotification,
  importModelMethod,
  infoMethod,
  listModelsMethod,
  pauseNotification,
  progressNotification,
  removeModelMethod,
  scanProblemsMethod,
  segmentFolderMethod,
  segmentMethod,
  structureNotification,
  testProvidersMethod,
  verifyModelMethod,
  type AddTemplateRequest,
  type EarlyMaskNote,
  type EngineInfo,
  type EngineSetup,
  type ScanProblems,
  type SegmentOutcome,
  type SegmentWithPreviews,
  type TemplateCheckReport,
  type TemplatesInfo,
} from '../protocol/rpc.js'
import type { LocalizedStructure } from '../protocol/structure.js'
import type { TemplateSet } from '../protocol/templateSet.js'

/** The engine process ended while it still owed an answer. */
export class EngineDied extends Error {
  override readonly name = 'EngineDied'
}

/** The engine answered with an error of its own. */
export class EngineError extends Error {
  override readonly name = 'EngineError'

  constructor(readonly data: ErrorData) {
    super(data.message)
  }
}

/** Someone asked to stop. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled'

  /** @param stopped resolves when the engine really works on it no longer */
  constructor(readonly stopped: Promise<void>) {
    super('Stopped.')
  }
}

/** What accompanies a long request. */
export interface RunListeners {
  readonly onProgress: (progress: Progress) => void
  readonly onStructure: (structure: LocalizedStructure) => void
  readonly onEarlyMask?: (mask: EarlyMaskNote) => void
  readonly signal: AbortSignal
}

/** The run of a folder that is going on. */
export interface FolderRun {
  /** Also of a run that was stopped: what was done until then. */
  readonly outcome: Promise<DatasetOutcome>
  /** Holds the run after the scan it is at, or goes on. */
  pause(paused: boolean): void
}

/** Whether the engine process is there. */
export type EngineState = 'stopped' | 'running'

/** The engine process, started on first use. */
export interface EngineClient {
  segment(request: SegmentWithPreviews, listeners: RunListeners): Promise<SegmentOutcome>
  /** Segments a folder of scans; after the signal it takes a moment to stop by itself. */
  segmentFolder(request: DatasetRequest, onEvent: (event: DatasetEvent) => void, signal: AbortSignal): FolderRun
  checkTemplates(setPath: string, listeners: RunListeners): Promise<TemplateCheckReport>
  addTemplate(request: AddTemplateRequest): Promise<TemplateSet>
  scanProblems(setPath: string): Promise<ScanProblems>
  info(): Promise<EngineInfo>
  /** What a bank file holds. */
  bankInfo(path: string): Promise<TemplatesInfo>
  listModels(): Promise<ModelsInfo>
  /** Stopping it keeps what has come. */
  downloadModel(request: DownloadModelRequest, listeners: RunListeners): Promise<InstalledModel>
  importModel(request: ImportModelRequest, listeners: RunListeners): Promise<InstalledModel>
  /** Null for all installed models. */
  verifyModel(choice: ModelChoice | null): Promise<readonly VerifiedFile[]>
  removeModel(choice: ModelChoice, listeners: RunListeners): Promise<readonly string[]>
  testProviders(id: string, listeners: RunListeners): Promise<ProviderTestReport>
  gpuRuntime(): Promise<GpuRuntimeInfo>
  /** Stopping it keeps what has come. */
  downloadGpuRuntime(acceptUnverified: boolean, listeners: RunListeners): Promise<GpuRuntimeInfo>
  state(): EngineState
  pid(): number | undefined
  /** Kills the process; the next request starts a new one. */
  stop(): void
}

/** How the process is started. */
export interface EngineClientOptions {
  readonly modulePath: string
  readonly setup: () => EngineSetup
  readonly onState: (state: EngineState) => void
  /** Receives what the process prints, for the log. */
  readonly onOutput: (text: string) => void
  /** How long a cancelled run may take to stop by itself before it is killed. */
  readonly patienceMs?: number
}

interface Running {
  readonly child: ChildProcess
  readonly connection: MessageConnection
  /** Never resolves; rejects when the process ends. */
  readonly death: Promise<never>
}

const PATIENCE_MS = 1000
/** A folder's run finishes the step it is at and writes its summary; only then is it worth killing. */
const FOLDER_PATIENCE_MS = 60_000

/** Makes a client; nothing is started before the first request. */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const listeners = new Map<number, RunListeners>()
  const folderListeners = new Map<number, (event: DatasetEvent) => void>()
  let running: Running | undefined
  let lastRun = 0
  /** Resolves when no cancelled run is left in the process; the next request must not share its fate. */
  let quiet: Promise<void> = Promise.resolve()

  function start(): Running {
    const child = fork(options.modulePath, [JSON.stringify(options.setup())], {
      // In a desktop VS Code the executable is Electron, which must be told to be plain Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child.stdout?.on('data', (data: Buffer) => { options.onOutput(data.toString()) })
    child.stderr?.on('data', (data: Buffer) => { options.onOutput(data.toString()) })
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
    connection.onNotification(progressNotification, ({ run, progress }) => listeners.get(run)?.onProgress(progress))
    connection.onNotification(structureNotification, ({ run, structure }) => listeners.get(run)?.onStructure(structure))
    connection.onNotification(earlyMaskNotification, ({ run, mask }) => listeners.get(run)?.onEarlyMask?.(mask))
    connection.onNotification(datasetEventNotification, ({ run, event }) => folderListeners.get(run)?.(event))
    connection.onError(([error]) => { options.onOutput(`${error.message}\n`) })
    const death = new Promise<never>((_, reject) => {
      child.once('error', (error) => { reject(new EngineDied(`The engine could not be started (${error.message}). Reinstall the extension.`)) })
      child.once('exit', (code, signal) => {
        if (running?.child === child) {
          running = undefined
          options.onState('stopped')
        }
        // First the reason, then the wire: disposing it rejects what is pending with a less helpful one.
        reject(new EngineDied(`The engine stopped unexpectedly (${signal ?? `exit code ${String(code)}`}): try again.`))
        connection.dispose()
      })
    })
    // Only requests care; without one nobody would catch it.
    death.catch(() => undefined)
    connection.listen()
    options.onState('running')
    return { child, connection, death }
  }

  async function ask<T>(send: (connection: MessageConnection, token: CancellationToken) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await quiet
    if (signal?.aborted === true) throw new RunCancelled(quiet)
    running ??= start()
    const { child, connection, death } = running
    const source = new CancellationTokenSource()
    const answer = send(connection, source.token)
    const stopped = Promise.race([answer, death]).then(() => undefined, () => undefined)
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        source.cancel()
        // The engine cannot hear this during a network run, which blocks it: killing is then the only way to stop,
        // unless it would take the run of a folder with it.
        const killer = folderListeners.size > 0 ? undefined : setTimeout(() => child.kill('SIGKILL'), options.patienceMs ?? PATIENCE_MS)
        quiet = stopped.finally(() => { clearTimeout(killer) })
        reject(new RunCancelled(quiet))
      }, { once: true })
    })
    cancelled.catch(() => undefined)
    try {
      return await Promise.race([answer, death, cancelled])
    } catch (error) {
      throw ownError(error)
    }
  }

  /** Asks for something that, when it is told to stop, still has an answer to give; killed when that takes too long, unless `patienceMs` is null. */
  async function askToTheEnd<T>(send: (connection: MessageConnection, token: CancellationToken) => Promise<T>, signal: AbortSignal, patienceMs: number | null): Promise<T> {
    await quiet
    running ??= start()
    const { child, connection, death } = running
    const source = new CancellationTokenSource()
    let killer: NodeJS.Timeout | undefined
    const stop = (): void => {
      source.cancel()
      if (patienceMs !== null) killer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([send(connection, source.token), death])
    } catch (error) {
      throw ownError(error)
    } finally {
      clearTimeout(killer)
      signal.removeEventListener('abort', stop)
    }
  }

  async function whileListening<T>(run: RunListeners, work: (id: number) => Promise<T>): Promise<T> {
    const id = ++lastRun
    listeners.set(id, run)
    try {
      return await work(id)
    } finally {
      listeners.delete(id)
    }
  }

  type SendNumbered<T> = (connection: MessageConnection, id: number, token: CancellationToken) => Promise<T>

  const askNumbered = <T>(run: RunListeners, send: SendNumbered<T>): Promise<T> =>
    whileListening(run, (id) => ask((connection, token) => send(connection, id, token), run.signal))

  /** For what only waits for disk and network: stopping it must not take a run with it. */
  const askBeside = <T>(run: RunListeners, send: SendNumbered<T>): Promise<T> =>
    whileListening(run, (id) => askToTheEnd((connection, token) => send(connection, id, token), run.signal, null))

  return {
    segment: (request, run) => askNumbered(run, (connection, id, token) => connection.sendRequest(segmentMethod, { run: id, request }, token)),
    segmentFolder(request, onEvent, signal) {
      const id = ++lastRun
      folderListeners.set(id, onEvent)
      const outcome = askToTheEnd((connection, token) => connection.sendRequest(segmentFolderMethod, { run: id, request }, token), signal, FOLDER_PATIENCE_MS)
      return {
        outcome: outcome.finally(() => folderListeners.delete(id)),
        pause: (paused) => void running?.connection.sendNotification(pauseNotification, { run: id, paused }),
      }
    },
    checkTemplates: (setPath, run) => askNumbered(run, (connection, id, token) => connection.sendRequest(checkTemplatesMethod, { run: id, request: { setPath } }, token)),
    addTemplate: (request) => ask((connection) => connection.sendRequest(addTemplateMethod, request)),
    scanProblems: (setPath) => ask((connection) => connection.sendRequest(scanProblemsMethod, { setPath })),
    listModels: () => ask((connection) => connection.sendRequest(listModelsMethod)),
    downloadModel: (request, run) => askBeside(run, (connection, id, token) => connection.sendRequest(downloadModelMethod, { run: id, request }, token)),
    importModel: (request, run) => askBeside(run, (connection, id, token) => connection.sendRequest(importModelMethod, { run: id, request }, token)),
    verifyModel: (choice) => ask((connection) => connection.sendRequest(verifyModelMethod, choice)),
    removeModel: (request, run) => askBeside(run, (connection, id, token) => connection.sendRequest(removeModelMethod, { run: id, request }, token)),
    testProviders: (id, run) => askNumbered(run, (connection, number, token) => connection.sendRequest(testProvidersMethod, { run: number, request: { id } }, token)),
    gpuRuntime: () => ask((connection) => connection.sendRequest(gpuRuntimeMethod)),
    downloadGpuRuntime: (acceptUnverified, run) => askBeside(run, (connection, id, token) => connection.sendRequest(downloadGpuRuntimeMethod, { run: id, request: { acceptUnverified } }, token)),
    info: () => ask((connection) => connection.sendRequest(infoMethod)),
    bankInfo: (path) => ask((connection) => connection.sendRequest(bankInfoMethod, { path })),
    state: () => (running === undefined ? 'stopped' : 'running'),
    pid: () => running?.child.pid,
    stop: () => {
      const child = running?.child
      running = undefined
      if (child?.kill('SIGKILL') === true) options.onState('stopped')
    },
  }
}

function ownError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error
  const data = (error as ResponseError<ErrorData | undefined>).data
  if (data?.kind === 'cancelled') return new RunCancelled(Promise.resolve())
  return new EngineError(data ?? { kind: 'internal', message: error.message })
}
