import os from 'node:os'
import path from 'node:path'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, ScanFailure } from '../../protocol/dataset.js'
import type { ErrorData } from '../../protocol/errors.js'
import type { Stage } from '../../protocol/progress.js'
import { MedlsamError } from '../errors.js'
import { TOOL_VERSION } from '../version.js'
import { bidsFieldsOf, describeBids } from './bids.js'
import { claim, CLAIM_TIMES, removeDeadClaims, withClaim, type ClaimTimes } from './claims.js'
import { openJournal, type Journal } from './journal.js'
import { removeTemporaries, removeUnfinished } from './leftovers.js'
import { startPace } from './pace.js'
import type { PauseGate } from './pauseGate.js'
import { recipeHash } from './recipe.js'
import { claimName, makeScanQueue, type TakenScan } from './scanQueue.js'
import type { ScanAnswer, ScanResult, ScanWorker } from './scanWorker.js'
import { checkStateFolder, makeStateFolder, picturesPath, stateFolderOf, type StateFolder } from './stateFolder.js'
import { summaryPaths, writeSummary } from './summary/writeSummary.js'

/** Who does the work: as many scans at the same time as there are lanes. */
export interface DatasetWorkers {
  readonly lanes: number
  /** The worker of a lane, ready for scans; asked for once, and again after a worker was lost. */
  open(lane: number): Promise<ScanWorker>
}

/** One worker that is open already and cannot be lost, such as one around the engine of this process. */
export function oneWorker(worker: ScanWorker): DatasetWorkers {
  return { lanes: 1, open: () => Promise.resolve(worker) }
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

/** What the steps of a run share. */
interface RunContext {
  readonly plan: DatasetPlan
  readonly state: StateFolder
  readonly journal: Journal
  readonly recipe: string
  readonly tell: (event: DatasetEvent) => void
}

/**
 * Does what a plan says: every scan once, whatever other processes work on the same results' folder. A scan
 * that fails is noted and the others go on. At the end, also of a run that was stopped, the summary of the
 * whole dataset is written.
 *
 * The steps for a scan are in an order that makes it safe to kill the process between any two: claim it, note
 * the start, remove what a dead process left, write the result (each file as a whole, the sidecar last), note
 * the end with the hashes of the files, give up the claim.
 *
 * In a process that has an engine:
 * ```ts
 * const worker = engineWorker(engine)
 * const plan = await planDataset(request, await worker.prepare(request))
 * const outcome = await runDataset(plan, oneWorker(worker), { onEvent, signal, gate })
 * ```
 * @throws MedlsamError `output` when nothing can be written any more (disk full, folder gone); `model` or
 *   `template` when a worker cannot be opened
 */
export async function runDataset(plan: DatasetPlan, workers: DatasetWorkers, hooks: DatasetHooks = {}): Promise<DatasetOutcome> {
  const state = stateFolderOf(plan.outFolder)
  const claimTimes = hooks.claimTimes ?? CLAIM_TIMES
  await makeStateFolder(state)
  const journal = await openJournal(state.journal)
  const startedAt = now()
  const context: RunContext = { plan, state, journal, recipe: recipeHash(plan.recipe), tell: (event) => hooks.onEvent?.(event) }
  await journal.append({ kind: 'run', at: startedAt, tool: TOOL_VERSION, host: os.hostname(), pid: process.pid, recipe: context.recipe, request: plan.request })
  await removeDeadClaims(state.claims, claimTimes)
  await removeOrphans(context, claimTimes)
  if (plan.request.bids === true) await withClaim(state.claims, 'dataset', claimTimes, () => describeBids(plan.request, plan.outFolder))

  const mine = plan.scans.filter(({ inShard }) => inShard)
  const pace = startPace(mine.length)
  for (const scan of mine) if (scan.state.kind !== 'todo') pace.count('already')
  const failures: ScanFailure[] = []
  const queue = makeScanQueue(mine, {
    state, journal, recipe: context.recipe, force: plan.request.force ?? false, startedAt, claimTimes,
    onElsewhere: (scan, record) => {
      if (record?.kind === 'failed') {
        failures.push({ path: scan.path, stage: record.stage, error: withoutUndefined(record.error) })
        pace.count('failed')
      } else pace.count('already')
      context.tell({ kind: 'scanElsewhere', scan, totals: pace.totals() })
    },
    onWaiting: (scans) => { context.tell({ kind: 'waiting', scans }) },
  })

  const stop = new AbortController()
  const stopAll = (): void => { stop.abort() }
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
  const work = async (lane: number): Promise<void> => {
    let worker: ScanWorker | null = null
    try {
      for (;;) {
        await pass()
        const taken = await queue.take(stop.signal)
        if (taken === null) return
        try {
          worker ??= await workers.open(lane)
          const answer = await workOn(context, lane, taken, worker, stop.signal)
          if (answer.kind === 'cancelled') return
          settle(lane, taken, answer)
          if (answer.kind === 'failed' && answer.stopsRun) throw runStopper(answer.error, plan)
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
  if (plan.request.summary !== false) await withClaim(state.claims, 'dataset', claimTimes, () => writeSummary(plan, journal))
  return { totals: pace.totals(), failures, kept: mine.flatMap((scan) => (scan.state.kind === 'kept' ? scan.path : [])), stopped, ...summaryPaths(plan) }
}

/** An answer after which the scan is no more to be done in this run. */
type SettledAnswer =
  | { readonly kind: 'done'; readonly result: ScanResult }
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly stage: Stage | null; readonly stopsRun: boolean }
  | { readonly kind: 'lost'; readonly error: ErrorData; readonly stage: Stage | null }

/** Does one scan and notes how it went. The caller holds its claim. */
async function workOn(
  { plan, state, journal, recipe, tell }: RunContext,
  lane: number,
  { scan, before }: TakenScan,
  worker: ScanWorker,
  signal: AbortSignal,
): Promise<SettledAnswer | { readonly kind: 'cancelled' }> {
  await checkStateFolder(state)
  const about = { scan: scan.path, output: scan.output }
  const pictures = picturesPath(state, claimName(scan.output))
  await journal.append({ kind: 'start', at: now(), ...about })
  await removeUnfinished(scan.labelMapPath, { halves: before?.kind === 'start' })
  await removeTemporaries(pictures)
  tell({ kind: 'scanStarted', lane, scan })
  const startMs = performance.now()
  let stage = null as Stage | null
  const { settings, bids } = plan.request
  const answer: ScanAnswer = await worker.segment(
    {
      request: { ...settings, scanPath: scan.scanPath, out: scan.labelMapPath, reproducible: true, ...(bids === true ? { bidsFields: bidsFieldsOf(scan) } : {}) },
      templatesSha256: plan.recipe.templates,
      picturesPath: pictures,
    },
    {
      signal,
      onProgress: (progress) => {
        stage = progress.stage
        tell({ kind: 'scanProgress', lane, scan, progress })
      },
    },
  )
  switch (answer.kind) {
    case 'done': {
      const { inputSha256, stamp, outputs, seconds } = answer.result
      const relative = outputs.map((file) => ({ ...file, path: path.relative(plan.outFolder, file.path).split(path.sep).join('/') }))
      await journal.append({ kind: 'done', at: now(), ...about, recipe, key: { input: inputSha256, ...plan.recipe }, stamp, outputs: relative, seconds })
      return answer
    }
    case 'cancelled':
      await journal.append({ kind: 'stopped', at: now(), ...about })
      return answer
    case 'failed':
    case 'lost': {
      await removeUnfinished(scan.labelMapPath, { halves: stage === 'write' })
      await checkStateFolder(state)
      await journal.append({ kind: 'failed', at: now(), ...about, recipe, stage, error: answer.error, seconds: (performance.now() - startMs) / 1000 })
      return { ...answer, stage }
    }
  }
}

/** Cleans up after scans that a dead process was at and that are no part of the dataset any more. */
async function removeOrphans({ plan, state, journal }: RunContext, claimTimes: ClaimTimes): Promise<void> {
  const planned = new Set(plan.scans.map(({ output }) => output))
  for (const output of journal.outputs()) {
    const last = journal.last(output)
    if (planned.has(output) || last?.kind !== 'start') continue
    const held = await claim(state.claims, claimName(output), claimTimes)
    if (held === null) continue
    await journal.refresh()
    if (journal.last(output)?.kind === 'start') {
      await removeUnfinished(path.join(plan.outFolder, output), { halves: true })
      await journal.append({ kind: 'stopped', at: now(), scan: last.scan, output })
    }
    await held.release()
  }
}

/** The end of a run that cannot write any more. */
function runStopper(error: ErrorData, plan: DatasetPlan): MedlsamError {
  return new MedlsamError('output', `${error.message} The run stopped there; finished scans are kept, so start the same command again.`, error.file ?? plan.outFolder)
}

function withoutUndefined({ kind, message, file }: { readonly kind: ErrorData['kind']; readonly message: string; readonly file?: string | undefined }): ErrorData {
  return { kind, message, ...(file === undefined ? {} : { file }) }
}

function now(): string {
  return new Date().toISOString()
}

function sum(seconds: Readonly<Record<string, number>>): number {
  return Object.values(seconds).reduce((total, value) => total + value, 0)
}
