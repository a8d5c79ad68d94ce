import type { ChildProcess } from 'node:child_process'
import type { DatasetRequest } from '../../../shared/datasetRun.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { fingerprintHash, type Prepared } from '../state/runFingerprint.js'
import { childWorker } from './childWorker.js'
import type { DatasetWorkers } from './datasetWorkers.js'
import type { ScanWorker, WorkHooks } from './scanWorker.js'

/** What a pool is made of. */
export interface WorkerPoolOptions {
  /** Scans at the same time, each in a process of its own. */
  readonly jobs: number
  /** Starts a process with an IPC channel that runs `serveWorker`. */
  readonly fork: () => ChildProcess
}

/**
 * Workers in processes of their own, one for each lane. The process that loads models and templates for the plan
 * becomes the first lane's, so that nothing is loaded twice.
 */
export class WorkerPool implements DatasetWorkers {
  readonly lanes: number
  readonly inProcess = false
  private readonly fork: () => ChildProcess
  /** Loads models while the plan is made; null once a lane has taken it. */
  private first: ScanWorker | null
  private planned: { readonly request: DatasetRequest; readonly fingerprint: string } | null = null

  constructor({ jobs, fork }: WorkerPoolOptions) {
    this.lanes = jobs
    this.fork = fork
    this.first = this.start()
  }

  /**
   * Loads what a request needs and says what exactly that is.
   * @throws MedlsamError when models or templates cannot be used
   */
  async prepare(request: DatasetRequest, hooks?: WorkHooks): Promise<Prepared> {
    const prepared = await (this.first ??= this.start()).prepare(request, hooks)
    this.planned = { request, fingerprint: fingerprintHash(prepared.fingerprint) }
    return prepared
  }

  /** A worker that has loaded the very models and templates of the plan. */
  async open(_lane: number, signal: AbortSignal): Promise<ScanWorker> {
    if (this.planned === null)
      throw new MedlsamError('internal', 'A worker was asked for before the run was planned; please report this.')
    if (this.first !== null) {
      const worker = this.first
      this.first = null
      return worker
    }
    const worker = this.start()
    try {
      const { fingerprint } = await worker.prepare(this.planned.request, { signal })
      if (fingerprintHash(fingerprint) !== this.planned.fingerprint)
        throw new MedlsamError(
          'model',
          'Models or templates were changed while the run was going on: start the same command again.',
        )
      return worker
    } catch (error) {
      await worker.close()
      throw error
    }
  }

  /** Ends the process that no lane has taken; the lanes close theirs. */
  async close(): Promise<void> {
    await this.first?.close()
  }

  private start(): ScanWorker {
    return childWorker(this.fork())
  }
}
