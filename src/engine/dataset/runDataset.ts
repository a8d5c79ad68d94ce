import os from 'node:os'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, ScanFailure } from '../../shared/datasetRun.js'
import { defined } from '../../shared/defined.js'
import type { ErrorData } from '../../shared/errorData.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { TOOL_VERSION } from '../version.js'
import { describeBids } from './place/bids.js'
import { claim, CLAIM_TIMES, removeDeadClaims, withClaim, type ClaimTimes } from './state/claims.js'
import { openJournal, type ScanRecord } from './state/journal.js'
import { removeUnfinished } from './place/partialFiles.js'
import { startPace } from './pace.js'
import type { PauseGate } from './pauseGate.js'
import { fingerprintHash } from './state/runFingerprint.js'
import { claimName, makeScanQueue, type TakenScan } from './scanQueue.js'
import type { ScanWorker } from './workers/scanWorker.js'
import { checkStateFolder, makeStateFolder, stateFolderOf } from './state/stateFolder.js'
import { summaryPaths, writeSummary } from './summary/writeSummary.js'
import { troubleOf, workOnScan, type RunContext, type SettledAnswer } from './workOnScan.js'

/** Who does the work: as many scans at the same time as there are lanes. */
export interface DatasetWorkers {
  readonly lanes: number
  /** Whether a scan that brings down its engine brings down this process. */
  readonly inProcess: boolean
  /**
   * The worker of a lane, ready for scans; asked for once, and again after a worker was lost.
   * @throws MedlsamError `model` or `template` when it cannot be made ready
   */
  open(lane: number, signal: AbortSignal): Promise<ScanWorker>
}

/** One worker that is open already and cannot be lost, such as one around the engine of this process. */
export function oneWorker(worker: ScanWorker): DatasetWorkers {
  return { lanes: 1, inProcess: true, open: () => Promise.resolve(worker) }
}

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
 * whole, the sidecar last), note the end, give up the claim. Files that are in no journal are somebody else's.
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
  const claimTimes = hooks.claimTimes ?? CLAIM_TIMES
  await makeStateFolder(state)
  const journal = await openJournal(state.journal)
  const context: RunContext = {
    plan,
    inProcess: workers.inProcess,
    state,
    journal,
    fingerprint: fingerprintHash(plan.fingerprint),
    tell: (event) => hooks.onEvent?.(event),
  }
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
  await removeOrphans(context, claimTimes)
  if (plan.request.bids === true)
    await withClaim(state.claims, 'dataset', claimTimes, () => describeBids(plan.request, plan.outFolder, journal))

  const mine = plan.scans.filter(({ inShard }) => inShard)
  const pace = startPace(mine.length)
  for (const scan of mine) if (scan.state.kind !== 'todo') pace.count('already')
  const failures: ScanFailure[] = []
  const queue = makeScanQueue(mine, {
    state,
    journal,
    fingerprint: context.fingerprint,
    force: plan.request.force ?? false,
    claimTimes,
    onElsewhere: (scan, record) => {
      if (record?.kind === 'failed') {
        failures.push({ path: scan.path, stage: record.stage, error: defined(record.error) })
        pace.count('failed')
      } else pace.count('already')
      context.tell({ kind: 'scanElsewhere', scan, totals: pace.totals() })
    },
    onWaiting: (scans) => {
      context.tell({ kind: 'waiting', scans })
    },
  })

  const stop = new AbortController()
  const stopAll = (): void => {
    stop.abort()
  }
  hooks.signal?.addEventListener('abort', stopAll)
  if (hooks.signal?.aborted === true) stopAll()

  const pass = async (): Promise<void> => {
    if (hooks.gate?.isPaused() !== true) return
    pace.stopClock()
    context.tell({ kind: 'paused' })
    await hooks.gate.pass(stop.signal)
    pace.startClock()
    if (!stop.signal.aborted) context.tell({ kind: 'resumed' })
  }
  const settle = (lane: number, taken: TakenScan, answer: SettledAnswer): void => {
    const { scan } = taken
    queue.settle(scan)
    if (answer.kind === 'done') {
      const { seconds, found, structures } = answer.result
      pace.count('done')
      context.tell({ kind: 'scanDone', lane, scan, seconds: sum(seconds), found, structures, totals: pace.totals() })
    } else {
      const failure = { path: scan.path, stage: answer.stage, error: answer.error }
      failures.push(failure)
      pace.count('failed')
      context.tell({ kind: 'scanFailed', lane, scan, failure, totals: pace.totals() })
    }
  }
  /** Null when the run was stopped meanwhile. */
  const open = async (lane: number): Promise<ScanWorker | null> =>
    workers.open(lane, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return null
      throw error
    })
  const work = async (lane: number): Promise<void> => {
    let worker: ScanWorker | null = null
    let lastTrouble: string | null = null
    try {
      for (;;) {
        await pass()
        const taken = await queue.take(stop.signal)
        if (taken === null) return
        try {
          worker ??= await open(lane)
          if (worker === null) return
          const answer = await workOnScan(context, lane, taken, worker, stop.signal)
          if (answer.kind === 'cancelled') return
          if (answer.kind === 'taken over') {
            queue.giveUp(taken.scan)
            continue
          }
          settle(lane, taken, answer)
          const trouble = troubleOf(answer)
          if (answer.kind === 'failed' && (answer.stopsRun || (trouble !== null && trouble === lastTrouble)))
            throw runStopper(answer.error, plan)
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

  context.tell({ kind: 'started', totals: pace.totals() })
  const lanes = Math.max(1, Math.min(workers.lanes, queue.left()))
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      work(lane).catch(async (error: unknown) => {
        // One lane that cannot go on means that none can.
        stopAll()
        // When the folder is gone that is the thing to say, not what it did to some file.
        await checkStateFolder(state)
        throw error
      }),
    ),
  )
  hooks.signal?.removeEventListener('abort', stopAll)
  const broken = ends.find((end) => end.status === 'rejected')
  if (broken !== undefined) throw broken.reason
  const stopped = queue.left() > 0
  await removeDeadClaims(state.claims, claimTimes)
  const summary =
    plan.request.summary === false
      ? summaryPaths(plan)
      : await withClaim(state.claims, 'dataset', claimTimes, () => writeSummary(plan, journal))
  return {
    totals: pace.totals(),
    failures,
    kept: mine.flatMap((scan) => (scan.state.kind === 'kept' ? scan.path : [])),
    stopped,
    ...summary,
  }
}

/** Cleans up after scans that a dead process was at and that are not to be done any more. */
async function removeOrphans({ plan, state, journal }: RunContext, claimTimes: ClaimTimes): Promise<void> {
  const planned = new Set(plan.scans.flatMap((scan) => (scan.state.kind === 'todo' ? scan.output : [])))
  const unfinished = (output: string): ScanRecord | null => {
    const last = journal.last(output)
    return last?.kind === 'start' || last?.kind === 'writing' ? last : null
  }
  for (const output of journal.outputs()) {
    if (planned.has(output) || unfinished(output) === null) continue
    const held = await claim(state.claims, claimName(output), claimTimes)
    if (held === null) continue
    await journal.refresh()
    const last = unfinished(output)
    if (last !== null) {
      await removeUnfinished(plan.outFolder, output, journal, { halves: last.kind === 'writing' })
      await journal.append({ kind: 'stopped', at: new Date().toISOString(), scan: last.scan, output })
    }
    await held.release()
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
