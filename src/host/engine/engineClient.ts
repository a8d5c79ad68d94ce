import { fork, type ChildProcess } from 'node:child_process'
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node'
import type { DatasetEvent, DatasetOutcome, DatasetRequest } from '../../shared/datasetRun.js'
import { ENGINE_SETUP_VARIABLE, type EngineSetup } from '../../protocol/engineSetup.js'
import type { ErrorData } from '../../shared/errorData.js'
import type {
  DownloadModelRequest,
  GpuRuntimeInfo,
  ImportModelRequest,
  InstalledModel,
  ModelChoice,
  ModelsInfo,
  ProviderTestReport,
  VerifiedFile,
} from '../../shared/modelTypes.js'
import type { Progress } from '../../shared/progress.js'
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
  type ScanProblems,
  type SegmentOutcome,
  type SegmentWithPreviews,
  type TemplateCheckReport,
  type TemplatesInfo,
} from '../../protocol/rpc.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { TemplateSet } from '../../shared/templateSet.js'
import { inspectArguments } from './inspectArguments.js'

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
  /** Whether it still owes an answer to somebody. */
  isBusy(): boolean
  /** Stops the process as soon as nothing is asked of it, where its set-up is no longer the one it was started with; the next request starts a new one. */
  renew(): void
  /** Kills the process; the next request starts a new one. */
  stop(): void
}

/** How the process is started. */
export interface EngineClientOptions {
  readonly modulePath: string
  /** May throw when a setting cannot be used; the request that would start the process then fails for that. */
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
  /** What it was started with, as text. */
  readonly setup: string
  /** What it has not answered yet. */
  readonly requests: Set<{ stopping: boolean }>
}

/** A request on its way. */
interface Sent<T> {
  /** Rejects also when the process ends. */
  readonly answer: Promise<T>
  /** Resolves when the process works on it no longer. */
  readonly ended: Promise<void>
  /** Tells the process to stop it; kills the process after that time, unless that is null or something else is asked of it. */
  stop(patienceMs: number | null): void
}

type Send<T> = (connection: MessageConnection, token: CancellationToken) => Promise<T>

const PATIENCE_MS = 1000
/** A folder's run finishes the step it is at and writes its summary; only then is it worth killing. */
const FOLDER_PATIENCE_MS = 60_000
/** Loading a provider blocks the process for seconds, and killing it meanwhile would count as a crash of the provider. */
const SELF_TEST_PATIENCE_MS = 60_000

/** Makes a client; nothing is started before the first request. */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const listeners = new Map<number, RunListeners>()
  const folderListeners = new Map<number, (event: DatasetEvent) => void>()
  let running: Running | undefined
  let lastRun = 0
  /** Resolves when no cancelled run is left in the process; the next request must not share its fate. */
  let quiet: Promise<void> = Promise.resolve()

  function start(): Running {
    const setup = JSON.stringify(options.setup())
    const child = fork(options.modulePath, [], {
      // In a desktop VS Code the executable is Electron, which must be told to be plain Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1', [ENGINE_SETUP_VARIABLE]: setup },
      execArgv: [...inspectArguments(process.env)],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child.stdout?.on('data', (data: Buffer) => {
      options.onOutput(data.toString())
    })
    child.stderr?.on('data', (data: Buffer) => {
      options.onOutput(data.toString())
    })
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
    connection.onNotification(progressNotification, ({ run, progress }) => listeners.get(run)?.onProgress(progress))
    connection.onNotification(structureNotification, ({ run, structure }) => listeners.get(run)?.onStructure(structure))
    connection.onNotification(earlyMaskNotification, ({ run, mask }) => listeners.get(run)?.onEarlyMask?.(mask))
    connection.onNotification(datasetEventNotification, ({ run, event }) => folderListeners.get(run)?.(event))
    connection.onError(([error]) => {
      options.onOutput(`${error.message}\n`)
    })
    const death = new Promise<never>((_, reject) => {
      const forget = (): void => {
        if (running?.child !== child) return
        running = undefined
        options.onState('stopped')
      }
      child.once('error', (error) => {
        // One that never started never exits.
        if (child.pid === undefined) forget()
        reject(new EngineDied(`The engine could not be started (${error.message}). Reinstall the extension.`))
      })
      child.once('exit', (code, signal) => {
        const isMeant = running?.child !== child
        forget()
        // First the reason, then the wire: disposing it rejects what is pending with a less helpful one.
        reject(
          new EngineDied(
            isMeant
              ? 'The engine was stopped: try again.'
              : `The engine stopped unexpectedly (${signal ?? `exit code ${String(code)}`}): try again.`,
          ),
        )
        connection.dispose()
      })
    })
    // Only requests care; without one nobody would catch it.
    death.catch(() => undefined)
    connection.listen()
    options.onState('running')
    return { child, connection, death, setup, requests: new Set() }
  }

  function send<T>(work: Send<T>): Sent<T> {
    const { child, connection, death, requests } = (running ??= start())
    const source = new CancellationTokenSource()
    const request = { stopping: false }
    requests.add(request)
    let killer: NodeJS.Timeout | undefined
    const answer = Promise.race([work(connection, source.token), death])
    const ended = answer
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        clearTimeout(killer)
        requests.delete(request)
        renew()
      })
    return {
      answer,
      ended,
      stop(patienceMs) {
        if (!requests.has(request)) return
        request.stopping = true
        source.cancel()
        if (patienceMs === null) return
        // The engine cannot hear this while a network is loaded or run, which blocks it. Killing would end downloads,
        // imports and the run of a folder too; with one of them the few seconds that such a call takes are waited for,
        // which nobody sees.
        killer = setTimeout(() => {
          if ([...requests].every(({ stopping }) => stopping)) child.kill('SIGKILL')
        }, patienceMs)
      },
    }
  }

  function renew(): void {
    if (running?.requests.size === 0 && running.setup !== setupText()) stop()
  }

  /** Null when a setting cannot be used, which the next request says. */
  function setupText(): string | null {
    try {
      return JSON.stringify(options.setup())
    } catch {
      return null
    }
  }

  function stop(): void {
    const child = running?.child
    running = undefined
    if (child?.kill('SIGKILL') === true) options.onState('stopped')
  }

  /** Asks for something that is over for people as soon as they stop it. */
  async function ask<T>(
    work: Send<T>,
    signal?: AbortSignal,
    patienceMs = options.patienceMs ?? PATIENCE_MS,
  ): Promise<T> {
    await quiet
    if (signal?.aborted === true) throw new RunCancelled(quiet)
    const sent = send(work)
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener(
        'abort',
        () => {
          sent.stop(patienceMs)
          quiet = Promise.all([quiet, sent.ended]).then(() => undefined)
          reject(new RunCancelled(sent.ended))
        },
        { once: true },
      )
    })
    cancelled.catch(() => undefined)
    try {
      return await Promise.race([sent.answer, cancelled])
    } catch (error) {
      throw ownError(error)
    }
  }

  /** Asks for something that, when it is told to stop, still has an answer to give. */
  async function askToTheEnd<T>(work: Send<T>, signal: AbortSignal, patienceMs: number | null): Promise<T> {
    await quiet
    const sent = send(work)
    const onAbort = (): void => {
      sent.stop(patienceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await sent.answer
    } catch (error) {
      throw ownError(error)
    } finally {
      signal.removeEventListener('abort', onAbort)
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

  const askNumbered = <T>(run: RunListeners, work: SendNumbered<T>, patienceMs?: number): Promise<T> =>
    whileListening(run, (id) => ask((connection, token) => work(connection, id, token), run.signal, patienceMs))

  /** For what only waits for disk and network: stopping it must not take a run with it. */
  const askBeside = <T>(run: RunListeners, work: SendNumbered<T>): Promise<T> =>
    whileListening(run, (id) => askToTheEnd((connection, token) => work(connection, id, token), run.signal, null))

  return {
    segment: (request, run) =>
      askNumbered(run, (connection, id, token) => connection.sendRequest(segmentMethod, { run: id, request }, token)),
    segmentFolder(request, onEvent, signal) {
      const id = ++lastRun
      folderListeners.set(id, onEvent)
      const outcome = askToTheEnd(
        (connection, token) => connection.sendRequest(segmentFolderMethod, { run: id, request }, token),
        signal,
        FOLDER_PATIENCE_MS,
      )
      return {
        outcome: outcome.finally(() => folderListeners.delete(id)),
        pause: (paused) => void running?.connection.sendNotification(pauseNotification, { run: id, paused }),
      }
    },
    checkTemplates: (setPath, run) =>
      askNumbered(run, (connection, id, token) =>
        connection.sendRequest(checkTemplatesMethod, { run: id, request: { setPath } }, token),
      ),
    addTemplate: (request) => ask((connection) => connection.sendRequest(addTemplateMethod, request)),
    scanProblems: (setPath) => ask((connection) => connection.sendRequest(scanProblemsMethod, { setPath })),
    listModels: () => ask((connection) => connection.sendRequest(listModelsMethod)),
    downloadModel: (request, run) =>
      askBeside(run, (connection, id, token) =>
        connection.sendRequest(downloadModelMethod, { run: id, request }, token),
      ),
    importModel: (request, run) =>
      askBeside(run, (connection, id, token) => connection.sendRequest(importModelMethod, { run: id, request }, token)),
    verifyModel: (choice) => ask((connection) => connection.sendRequest(verifyModelMethod, choice)),
    removeModel: (request, run) =>
      askBeside(run, (connection, id, token) => connection.sendRequest(removeModelMethod, { run: id, request }, token)),
    testProviders: (id, run) =>
      askNumbered(
        run,
        (connection, number, token) =>
          connection.sendRequest(testProvidersMethod, { run: number, request: { id } }, token),
        SELF_TEST_PATIENCE_MS,
      ),
    gpuRuntime: () => ask((connection) => connection.sendRequest(gpuRuntimeMethod)),
    downloadGpuRuntime: (acceptUnverified, run) =>
      askBeside(run, (connection, id, token) =>
        connection.sendRequest(downloadGpuRuntimeMethod, { run: id, request: { acceptUnverified } }, token),
      ),
    info: () => ask((connection) => connection.sendRequest(infoMethod)),
    bankInfo: (path) => ask((connection) => connection.sendRequest(bankInfoMethod, { path })),
    state: () => (running === undefined ? 'stopped' : 'running'),
    pid: () => running?.child.pid,
    isBusy: () => (running?.requests.size ?? 0) > 0,
    renew,
    stop,
  }
}

function ownError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error
  const data = (error as ResponseError<ErrorData | undefined>).data
  if (data?.kind === 'cancelled') return new RunCancelled(Promise.resolve())
  return new EngineError(data ?? { kind: 'internal', message: error.message })
}
