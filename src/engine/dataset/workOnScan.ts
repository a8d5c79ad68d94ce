import path from 'node:path'
import type { DatasetEvent, DatasetPlan } from '../../shared/datasetRun.js'
import { defined } from '../../shared/defined.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Stage } from '../../shared/progress.js'
import type { HashedFile } from '../pipeline/writeResult.js'
import { bidsFieldsOf } from './place/bids.js'
import { removeTemporaries, removeUnfinished } from './place/partialFiles.js'
import { claimName, type TakenScan } from './scanQueue.js'
import type { ClaimTimes } from './state/claims.js'
import type { Journal } from './state/journal.js'
import { sourceOf } from './state/scanState.js'
import { checkStateFolder, overviewPath, type StateFolder } from './state/stateFolder.js'
import type { EmptyScan, ScanAnswer, ScanFiles, ScanResult, ScanTask, ScanWorker } from './workers/scanWorker.js'

/** So often may a scan bring down the process before it is passed over. */
const MOST_ATTEMPTS = 2

/** What the steps of a run share. */
export interface DatasetRunContext {
  readonly plan: DatasetPlan
  readonly inProcess: boolean
  readonly state: StateFolder
  readonly journal: Journal
  readonly fingerprint: string
  readonly claimTimes: ClaimTimes
  readonly tell: (event: DatasetEvent) => void
}

/** An answer after which the scan is no more to be done in this run. */
export type SettledAnswer =
  | { readonly kind: 'done'; readonly result: ScanResult }
  | { readonly kind: 'nothingFound'; readonly empty: EmptyScan }
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly stage: Stage | null; readonly stopsRun: boolean }
  | { readonly kind: 'lost'; readonly error: ErrorData; readonly stage: Stage | null }

/** How the work on a scan ended. `takenOver`: another process has its claim by now, and nothing was written. */
export type WorkAnswer = SettledAnswer | { readonly kind: 'cancelled' } | { readonly kind: 'takenOver' }

/** Does one scan and notes how it went. The caller holds its claim. */
export async function workOnScan(
  context: DatasetRunContext,
  lane: number,
  taken: TakenScan,
  worker: ScanWorker,
  signal: AbortSignal,
): Promise<WorkAnswer> {
  await checkStateFolder(context.state)
  return new ScanAttempt(context, lane, taken).run(worker, signal)
}

/** One attempt at one scan, from the note that it begins to the note how it ended. */
class ScanAttempt {
  private readonly startMs = performance.now()
  private readonly overview: string
  /** Attempts that ended without a note, this one not counted. */
  private readonly attempts: number
  /** This one's number; 0 where a scan cannot bring down this process. */
  private readonly attempt: number
  private stage: Stage | null = null
  /** Why the result must not be written; null while it may be. */
  private refused: { readonly kind: 'takenOver' } | { readonly kind: 'noJournal'; readonly error: unknown } | null =
    null

  constructor(
    private readonly context: DatasetRunContext,
    private readonly lane: number,
    private readonly taken: TakenScan,
  ) {
    const { before, scan } = taken
    this.overview = overviewPath(context.state, claimName(scan.output))
    this.attempts = before?.kind === 'start' || before?.kind === 'writing' ? before.attempt : 0
    this.attempt = context.inProcess ? this.attempts + 1 : 0
  }

  async run(worker: ScanWorker, signal: AbortSignal): Promise<WorkAnswer> {
    const { plan, inProcess, journal, tell } = this.context
    const { scan } = this.taken
    if (inProcess && this.attempts >= MOST_ATTEMPTS && plan.request.force !== true) {
      const error = this.tooManyAttempts()
      await this.noteFailure(error)
      return { kind: 'failed', error, stage: this.stage, stopsRun: false }
    }
    await this.removePartial()
    await journal.append({ kind: 'start', ...this.about(), attempt: this.attempt })
    await removeTemporaries(this.overview)
    tell({ kind: 'scanStarted', lane: this.lane, scan })
    const answer = await worker.segment(this.task(), {
      signal,
      mayWrite: (files) => this.mayWrite(files),
      onProgress: (progress) => {
        this.stage = progress.stage
        tell({ kind: 'scanProgress', lane: this.lane, scan, progress })
      },
    })
    return this.settle(answer)
  }

  private async settle(answer: ScanAnswer): Promise<WorkAnswer> {
    const { refused } = this
    if (refused?.kind === 'noJournal') throw refused.error
    // What is noted about the scan from here on, and what lies there, belongs to the process that took it over.
    if (refused !== null) return refused
    switch (answer.kind) {
      case 'done':
        await this.noteDone(answer.result)
        return answer
      case 'nothingFound':
        await this.noteNothing(answer.empty)
        return answer
      case 'cancelled':
        await this.removePartial()
        await this.context.journal.append({ kind: 'stopped', ...this.about() })
        return answer
      case 'failed':
      case 'lost':
        await this.noteFailure(answer.error)
        return { ...answer, stage: this.stage }
    }
  }

  private tooManyAttempts(): ErrorData {
    const { scanPath } = this.taken.scan
    return {
      kind: 'internal',
      message: `The process has ended ${this.attempts} times while it was at ${scanPath}, perhaps because memory ran out, so this run passes it over: start again to try it once more.`,
      file: scanPath,
    }
  }

  private task(): ScanTask {
    const { plan } = this.context
    const { scan } = this.taken
    const { settings, bids, onlyChanged, force } = plan.request
    const keep = onlyChanged === true ? ('unchanged' as const) : ('corrected' as const)
    return {
      request: defined({
        ...settings,
        scanPath: scan.scanPath,
        out: scan.labelMapPath,
        reproducible: true,
        // A run tells by its journal what is its own.
        force: true,
        keep: force === true ? undefined : keep,
        bidsFields: bids === true ? bidsFieldsOf(scan) : undefined,
      }),
      templatesSha256: plan.fingerprint.templates,
      overviewPath: this.overview,
    }
  }

  /** Notes what the files of the result will be; false when they must not be written. */
  private async mayWrite({ inputSha256, outputs }: ScanFiles): Promise<boolean> {
    const { journal } = this.context
    try {
      if (await this.taken.claim.isHeld())
        await journal.append({
          kind: 'writing',
          ...this.about(),
          attempt: this.attempt,
          source: this.source(),
          input: inputSha256,
          outputs: this.relative(outputs),
        })
      else this.refused = { kind: 'takenOver' }
    } catch (error) {
      this.refused = { kind: 'noJournal', error }
    }
    return this.refused === null
  }

  private async noteDone({ inputSha256, stamp, outputs, seconds }: ScanResult): Promise<void> {
    const { plan, journal, fingerprint } = this.context
    await journal.append({
      kind: 'done',
      ...this.about(),
      source: this.source(),
      recipe: fingerprint,
      key: { input: inputSha256, ...plan.fingerprint },
      stamp,
      outputs: this.relative(outputs),
      seconds,
    })
  }

  private async noteNothing({ inputSha256: input, stamp, reason }: EmptyScan): Promise<void> {
    const { journal, fingerprint } = this.context
    await journal.append({ kind: 'nothingFound', ...this.about(), recipe: fingerprint, input, stamp, reason })
  }

  private async noteFailure(error: ErrorData): Promise<void> {
    const { state, journal, fingerprint } = this.context
    await this.removePartial()
    await checkStateFolder(state)
    await journal.append({
      kind: 'failed',
      ...this.about(),
      recipe: fingerprint,
      stage: this.stage,
      error,
      seconds: (performance.now() - this.startMs) / 1000,
    })
  }

  /** Removes partial files of the result, also those of a process that died. */
  private removePartial(): Promise<void> {
    const { plan, journal } = this.context
    const { output } = this.taken.scan
    return removeUnfinished(plan.outFolder, output, journal, { halves: journal.last(output)?.kind === 'writing' })
  }

  /** What every record about the scan begins with. */
  private about(): { readonly at: string; readonly scan: string; readonly output: string } {
    const { path: scan, output } = this.taken.scan
    return { at: new Date().toISOString(), scan, output }
  }

  private source(): string {
    return sourceOf(this.taken.scan, this.context.plan.outFolder)
  }

  /** Files by their paths in the results' folder, with slashes. */
  private relative(files: readonly HashedFile[]): HashedFile[] {
    const { outFolder } = this.context.plan
    return files.map((file) => ({ ...file, path: path.relative(outFolder, file.path).split(path.sep).join('/') }))
  }
}

/** What is wrong with models or templates; the same for two scans running, it is not the scans. */
export function troubleOf(answer: SettledAnswer): string | null {
  return answer.kind === 'failed' && (answer.error.kind === 'model' || answer.error.kind === 'template')
    ? answer.error.message
    : null
}
