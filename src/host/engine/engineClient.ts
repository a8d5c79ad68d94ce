import type { RequestType, RequestType0 } from 'vscode-jsonrpc'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import {
  datasetEventNotification,
  earlyCorrectionNotification,
  earlyMaskNotification,
  endEarlyNotification,
  pauseNotification,
  progressNotification,
  segmentFolderMethod,
  structureNotification,
  type EarlyMaskNote,
  type Numbered,
  type RunMethod,
} from '../../protocol/rpc.js'
import type { DatasetEvent, DatasetOutcome, DatasetRequest } from '../../shared/datasetRun.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { ownError, RunCancelled } from './engineErrors.js'
import { EngineProcess, type EngineProcessOptions, type EngineState, type Work } from './engineProcess.js'

/** What accompanies a run. */
export interface RunListeners {
  readonly signal: AbortSignal
  /** Lets a segmentation end with what is finished. */
  readonly endEarly?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onStructure?: (structure: LocalizedStructure) => void
  readonly onEarlyMask?: (mask: EarlyMaskNote) => void
  /** What is known early of a correction by points; packed by `packRuns`. */
  readonly onEarlyCorrection?: (runs: string) => void
  readonly onDatasetEvent?: (event: DatasetEvent) => void
}

/** The run of a folder that is going on. */
export interface FolderRun {
  /** Also of a run that was stopped: what was done until then. */
  readonly outcome: Promise<DatasetOutcome>
  /** Holds the run after the scan it is at, or goes on. */
  pause(paused: boolean): void
}

/** How the engine is started and stopped. */
export interface EngineClientOptions extends EngineProcessOptions {
  /** How long a run that was stopped may take to stop by itself before the engine is killed, where its method does not say. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 1000

/** Asks the engine process, which starts with the first request, over the wire of `protocol/rpc.ts`. */
export class EngineClient {
  private readonly process: EngineProcess
  private readonly patienceMs: number
  private readonly listeners = new Map<number, RunListeners>()
  private lastRun = 0
  /** Resolves when no stopped run is left in the process; the next request must not share its fate. */
  private quiet: Promise<void> = Promise.resolve()

  constructor(options: EngineClientOptions) {
    this.process = new EngineProcess(options, (connection) => {
      this.listen(connection)
    })
    this.patienceMs = options.patienceMs ?? PATIENCE_MS
  }

  /** Asks for something that takes no time worth stopping it for. @throws EngineError, EngineDied */
  ask<R>(method: RequestType0<R, ErrorData>): Promise<R>
  ask<P, R>(method: RequestType<P, R, ErrorData>, request: P): Promise<R>
  ask<R>({ method }: { readonly method: string }, ...request: readonly unknown[]): Promise<R> {
    return this.untilStopped((connection) => connection.sendRequest<R>(method, ...request))
  }

  /** Has the engine do something that tells how far it is and can be stopped. @throws EngineError, EngineDied, RunCancelled */
  run<P, R>(method: RunMethod<P, R>, request: P, listeners: RunListeners): Promise<R> {
    return this.runNumbered(++this.lastRun, method, request, listeners)
  }

  /** Segments a folder of scans; after the signal it takes a moment to stop by itself. */
  segmentFolder(
    request: DatasetRequest,
    onDatasetEvent: (event: DatasetEvent) => void,
    signal: AbortSignal,
  ): FolderRun {
    const run = ++this.lastRun
    return {
      outcome: this.runNumbered(run, segmentFolderMethod, request, { signal, onDatasetEvent }),
      pause: (paused) => {
        this.process.tell((connection) => connection.sendNotification(pauseNotification, { run, paused }))
      },
    }
  }

  state(): EngineState {
    return this.process.state()
  }

  pid(): number | undefined {
    return this.process.pid()
  }

  /** Whether it still owes an answer. */
  isBusy(): boolean {
    return this.process.isBusy()
  }

  /** Stops the process as soon as nothing is asked of it, where its set-up is no longer the one it was started with. */
  renew(): void {
    this.process.renew()
  }

  /** Kills the process; the next request starts a new one. */
  stop(): void {
    this.process.stop()
  }

  private listen(connection: MessageConnection): void {
    const of = (run: number): RunListeners | undefined => this.listeners.get(run)
    connection.onNotification(progressNotification, ({ run, progress }) => of(run)?.onProgress?.(progress))
    connection.onNotification(structureNotification, ({ run, structure }) => of(run)?.onStructure?.(structure))
    connection.onNotification(earlyMaskNotification, ({ run, mask }) => of(run)?.onEarlyMask?.(mask))
    connection.onNotification(earlyCorrectionNotification, ({ run, runs }) => of(run)?.onEarlyCorrection?.(runs))
    connection.onNotification(datasetEventNotification, ({ run, event }) => of(run)?.onDatasetEvent?.(event))
  }

  private async runNumbered<P, R>(
    run: number,
    { method, whenStopped }: RunMethod<P, R>,
    request: P,
    listeners: RunListeners,
  ): Promise<R> {
    const { patienceMs = this.patienceMs, answers = false } = whenStopped
    const numbered: Numbered<P> = { run, request }
    const work: Work<R> = (connection, token) => connection.sendRequest<R>(method, numbered, token)
    this.listeners.set(run, listeners)
    listeners.endEarly?.addEventListener('abort', () => {
      this.process.tell((connection) => connection.sendNotification(endEarlyNotification, { run }))
    })
    try {
      return answers
        ? await this.untilAnswered(work, listeners.signal, patienceMs)
        : await this.untilStopped(work, listeners.signal, patienceMs)
    } finally {
      this.listeners.delete(run)
    }
  }

  /** Asks for something that is over for the user as soon as it is told to stop. */
  private async untilStopped<T>(work: Work<T>, signal?: AbortSignal, patienceMs: number | null = null): Promise<T> {
    await this.quiet
    if (signal?.aborted === true) throw new RunCancelled(this.quiet)
    const sent = this.process.send(work)
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener(
        'abort',
        () => {
          sent.stop(patienceMs)
          this.quiet = Promise.all([this.quiet, sent.ended]).then(() => undefined)
          reject(new RunCancelled(sent.ended))
        },
        { once: true },
      )
    })
    // Caught by the race below, unless that is over.
    stopped.catch(() => undefined)
    try {
      return await Promise.race([sent.answer, stopped])
    } catch (error) {
      throw ownError(error)
    }
  }

  /** Asks for something that, when it is told to stop, still has an answer to give. */
  private async untilAnswered<T>(work: Work<T>, signal: AbortSignal, patienceMs: number | null): Promise<T> {
    await this.quiet
    const sent = this.process.send(work)
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
}
