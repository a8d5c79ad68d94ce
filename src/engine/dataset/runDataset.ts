import os from 'node:os'
import type {
  DatasetEvent,
  DatasetOutcome,
  DatasetPlan,
  DatasetScan,
  PlannedScan,
  ScanFailure,
} from '../../shared/datasetRun.js'
import { defined } from '../../shared/defined.js'
import type { ErrorData } from '../../shared/errorData.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { TOOL_VERSION } from '../version.js'
import { startPace, type Pace } from './pace.js'
import type { PauseGate } from './pauseGate.js'
import { describeBids } from './place/bids.js'
import { removeOrphans } from './removeOrphans.js'
import { makeScanQueue, type ScanQueue, type TakenScan } from './scanQueue.js'
import { CLAIM_TIMES, removeDeadClaims, withClaim, type ClaimTimes } from './state/claims.js'
import { openJournal, type ScanRecord } from './state/journal.js'
import { fingerprintHash } from './state/runFingerprint.js'
import { checkStateFolder, makeStateFolder, stateFolderOf } from './state/stateFolder.js'
import { summaryPaths, writeSummary } from './summary/writeSummary.js'
import type { DatasetWorkers } from './workers/datasetWorkers.js'
import type { ScanWorker } from './workers/scanWorker.js'
import { troubleOf, workOnScan, type DatasetRunContext, type SettledAnswer } from './workOnScan.js'

/** What accompanies a run. */
export interface DatasetHooks {
  readonly onEvent?: (event: DatasetEvent) => void
  /** Stops the run between two steps of the networks; a result that is being written is finished. */
  readonly signal?: AbortSignal
  /** Holds the run between two scans. */
  readonly gate?: PauseGate
  /** Other times than {@link CLAIM_TIMES}, for tests. */
  readonly claimTimes?: ClaimTimes
}

/**
 * Does what a plan says: every scan once, whatever other processes work on the same results' folder. A scan
 * that fails is noted and the others go on. At the end, also of a run that was stopped, the summary of the
 * whole dataset is written.
 *
 * The steps for a scan are in an order that makes it safe to kill the process between any two: claim it,
 * remove what a dead process left, note the start, note the hashes of the result's files, write them (each as a
 * whole, the sidecar last), note the end, give up the claim. A file that is in no journal was not made by a run and stays.
 *
 * In a process that has an engine:
 * ```ts
 * const worker = engineWorker(engine)
 * const plan = await planDataset(request, await worker.prepare(request))
 * const outcome = await runDataset(plan, oneWorker(worker), { onEvent, signal, gate })
 * ```
 * @throws MedlsamError `output` when nothing can be written any more (disk full, folder gone); `model` or
 *   `template` when a worker cannot be opened, or they are at fault twice running
 */
export async function runDataset(
  plan: DatasetPlan,
  workers: DatasetWorkers,
  hooks: DatasetHooks = {},
): Promise<DatasetOutcome> {
  const state = stateFolderOf(plan.outFolder)
  await makeStateFolder(state)
  const context: DatasetRunContext = {
    plan,
    inProcess: workers.inProcess,
    state,
    journal: await openJournal(state.journal),
    fingerprint: fingerprintHash(plan.fingerprint),
    claimTimes: hooks.claimTimes ?? CLAIM_TIMES,
    tell: (event) => hooks.onEvent?.(event),
  }
  await prepareFolder(context)
  return new DatasetRun(context, workers, hooks).run()
}

/** Notes the run, and removes what dead processes left. */
async function prepareFolder(context: DatasetRunContext): Promise<void> {
  const { plan, state, journal, claimTimes } = context
  await journal.append({
    kind: 'run',
    at: new Date().toISOString(),
    tool: TOOL_VERSION,
    host: os.hostname(),
    pid: process.pid,
    recipe: context.fingerprint,
    request: plan.request,
  })
  await removeDeadClaims(state.claims, claimTimes)
  await removeOrphans(context)
  if (plan.request.bids === true)
    await withClaim(state.claims, 'dataset', claimTimes, () => describeBids(plan.request, plan.outFolder, journal))
}

/** A run that is going on: its lanes take scans from one queue until none is left or it is stopped. */
class DatasetRun {
  /** The scans of this run's part. */
  private readonly scans: readonly PlannedScan[]
  private readonly pace: Pace
  private readonly queue: ScanQueue
  private readonly failures: ScanFailure[] = []
  private readonly nothingFound: string[] = []
  private readonly stop = new AbortController()

  constructor(
    private readonly context: DatasetRunContext,
    private readonly workers: DatasetWorkers,
    private readonly hooks: DatasetHooks,
  ) {
    const { plan, state, journal, fingerprint, claimTimes } = context
    this.scans = plan.scans.filter(({ inShard }) => inShard)
    this.pace = startPace(this.scans.length)
    for (const scan of this.scans) if (scan.state.kind !== 'todo') this.pace.count('already')
    this.queue = makeScanQueue(this.scans, {
      state,
      journal,
      fingerprint,
      force: plan.request.force ?? false,
      write: plan.request.settings.write,
      claimTimes,
      onElsewhere: (scan, record) => {
        this.noteElsewhere(scan, record)
      },
      onWaiting: (scans) => {
        context.tell({ kind: 'waiting', scans })
      },
    })
  }

  async run(): Promise<DatasetOutcome> {
    const { tell } = this.context
    const stopAll = (): void => {
      this.stop.abort()
    }
    this.hooks.signal?.addEventListener('abort', stopAll)
    if (this.hooks.signal?.aborted === true) stopAll()
    tell({ kind: 'started', totals: this.pace.totals() })
    const lanes = Math.max(1, Math.min(this.workers.lanes, this.queue.left()))
    const ends = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => this.runLane(lane)))
    this.hooks.signal?.removeEventListener('abort', stopAll)
    const broken = ends.find((end) => end.status === 'rejected')
    if (broken !== undefined) throw broken.reason
    return this.finish()
  }

  private async finish(): Promise<DatasetOutcome> {
    const { plan, state, journal, claimTimes } = this.context
    const stopped = this.queue.left() > 0
    await removeDeadClaims(state.claims, claimTimes)
    const summary =
      plan.request.summary === false
        ? summaryPaths(plan)
        : await withClaim(state.claims, 'dataset', claimTimes, () => writeSummary(plan, journal))
    return {
      totals: this.pace.totals(),
      failures: this.failures,
      nothingFound: this.nothingFound,
      kept: this.scans.flatMap((scan) => (scan.state.kind === 'kept' ? scan.path : [])),
      stopped,
      ...summary,
    }
  }

  private async runLane(lane: number): Promise<void> {
    try {
      await this.workThrough(lane)
    } catch (error) {
      // One lane that cannot go on means that none can.
      this.stop.abort()
      // When the folder is gone that is the thing to say, not what it did to some file.
      await checkStateFolder(this.context.state)
      throw error
    }
  }

  /** Takes scans, one after another. A worker is opened for the first one, and again after one was lost. */
  private async workThrough(lane: number): Promise<void> {
    const { signal } = this.stop
    let worker: ScanWorker | null = null
    let lastTrouble: string | null = null
    try {
      for (;;) {
        await this.waitWhilePaused()
        const taken = await this.queue.take(signal)
        if (taken === null) return
        try {
          worker ??= await this.openWorker(lane)
          if (worker === null) return
          const answer = await workOnScan(this.context, lane, taken, worker, signal)
          if (answer.kind === 'cancelled') return
          if (answer.kind === 'takenOver') {
            this.queue.giveUp(taken.scan)
            continue
          }
          this.settle(lane, taken, answer)
          const trouble = troubleOf(answer)
          if (answer.kind === 'failed' && (answer.stopsRun || (trouble !== null && trouble === lastTrouble)))
            throw runStopper(answer.error, this.context.plan)
          lastTrouble = trouble
          if (answer.kind === 'lost') {
            await worker.close()
            worker = null
          }
        } finally {
          await taken.claim.release()
        }
      }
    } finally {
      await worker?.close()
    }
  }

  /** Null when the run was stopped meanwhile. */
  private async openWorker(lane: number): Promise<ScanWorker | null> {
    try {
      return await this.workers.open(lane, this.stop.signal)
    } catch (error) {
      if (this.stop.signal.aborted) return null
      throw error
    }
  }

  private async waitWhilePaused(): Promise<void> {
    const { gate } = this.hooks
    if (gate?.isPaused() !== true) return
    this.pace.stopClock()
    this.context.tell({ kind: 'paused' })
    await gate.pass(this.stop.signal)
    this.pace.startClock()
    if (!this.stop.signal.aborted) this.context.tell({ kind: 'resumed' })
  }

  private settle(lane: number, { scan }: TakenScan, answer: SettledAnswer): void {
    const { tell } = this.context
    this.queue.settle(scan)
    switch (answer.kind) {
      case 'done': {
        const { seconds, found, structures } = answer.result
        this.pace.count('done')
        const totals = this.pace.totals()
        tell({ kind: 'scanDone', lane, scan, seconds: sum(seconds), stageSeconds: seconds, found, structures, totals })
        return
      }
      case 'nothingFound':
        this.nothingFound.push(scan.path)
        this.pace.count('done')
        tell({ kind: 'scanNothingFound', lane, scan, reason: answer.empty.reason, totals: this.pace.totals() })
        return
      case 'failed':
      case 'lost': {
        const failure = { path: scan.path, stage: answer.stage, error: answer.error }
        this.failures.push(failure)
        this.pace.count('failed')
        tell({ kind: 'scanFailed', lane, scan, failure, totals: this.pace.totals() })
      }
    }
  }

  /** Another process has finished a scan, or failed on it, since the plan was made. */
  private noteElsewhere(scan: DatasetScan, record: ScanRecord | null): void {
    if (record?.kind === 'failed') {
      this.failures.push({ path: scan.path, stage: record.stage, error: defined(record.error) })
      this.pace.count('failed')
    } else this.pace.count('already')
    this.context.tell({ kind: 'scanElsewhere', scan, totals: this.pace.totals() })
  }
}

/** The end of a run of which no other scan could be done. */
function runStopper(error: ErrorData, plan: DatasetPlan): MedlsamError {
  return new MedlsamError(
    error.kind,
    `${error.message} The run stopped there; finished scans are kept, so start the same command again.`,
    error.file ?? plan.outFolder,
    defined({ remedy: error.remedy }),
  )
}

function sum(seconds: Readonly<Record<string, number>>): number {
  return Object.values(seconds).reduce((total, value) => total + value, 0)
}
