import { setTimeout } from 'node:timers/promises'
import type { DatasetScan, PlannedScan } from '../../shared/datasetRun.js'
import type { ResultExport } from '../../shared/exportFormats.js'
import { claim, type Claim, type ClaimTimes } from './state/claims.js'
import type { Journal, ScanRecord } from './state/journal.js'
import { scanState } from './state/scanState.js'
import type { StateFolder } from './state/stateFolder.js'
import { sha256Of } from '../../shared/node/hash.js'

/** A scan that is ours alone until its claim is released. */
export interface TakenScan {
  readonly scan: DatasetScan
  readonly claim: Claim
  /** What was last known of it, before we took it. */
  readonly before: ScanRecord | null
}

/** The scans that are left of a plan, shared with whatever other processes work on them. */
export interface ScanQueue {
  /** The next scan that no other process has; waits while others have all that are left. Null when nothing is left, or stopped. */
  take(signal: AbortSignal): Promise<TakenScan | null>
  /** Scans that are neither finished nor failed, here or elsewhere. */
  left(): number
  /** Says that a taken scan is finished or failed. */
  settle(scan: DatasetScan): void
  /** Says that a taken scan is another process's by now. */
  giveUp(scan: DatasetScan): void
}

/** What the queue needs to know and to tell. */
export interface QueueContext {
  readonly state: StateFolder
  readonly journal: Journal
  readonly fingerprint: string
  readonly force: boolean
  readonly write?: readonly ResultExport[] | undefined
  readonly claimTimes: ClaimTimes
  /** Another process has finished it, or failed on it, since the plan was made. */
  readonly onElsewhere: (scan: DatasetScan, record: ScanRecord | null) => void
  readonly onWaiting: (scans: number) => void
}

/** How often it is asked whether scans that other processes work on are finished. */
const POLL_MS = 1000

/** Name of the claim on a scan: its output, since that is what two processes must not write at once. */
export function claimName(output: string): string {
  return sha256Of(output).slice(0, 32)
}

/** A queue of the scans that a plan says are to be done; those that failed before come last. */
export function makeScanQueue(planned: readonly PlannedScan[], context: QueueContext): ScanQueue {
  const { state, journal, fingerprint, force, write } = context
  const todo = planned.filter((scan) => scan.state.kind === 'todo')
  const hasFailed = (scan: PlannedScan): boolean => scan.state.kind === 'todo' && scan.state.why === 'failedBefore'
  const waiting = new Map(
    [...todo.filter((scan) => !hasFailed(scan)), ...todo.filter(hasFailed)].map((scan) => [scan.output, scan]),
  )
  const taken = new Set<string>()

  /** Takes a scan if no process has it and it still needs doing. */
  const tryTake = async (scan: PlannedScan): Promise<TakenScan | null> => {
    const held = await claim(state.claims, claimName(scan.output), context.claimTimes)
    if (held === null) return null
    try {
      await journal.refresh()
      const before = journal.last(scan.output)
      const isNew = journal.isNew(scan.output)
      const failedElsewhere = isNew && before?.kind === 'failed' && before.recipe === fingerprint
      const now = failedElsewhere
        ? null
        : await scanState(scan, journal, {
            outFolder: state.outFolder,
            fingerprint,
            force: force && !(isNew && before?.kind === 'done'),
            write,
          })
      if (now?.kind === 'todo') return { scan, claim: held, before }
      waiting.delete(scan.output)
      context.onElsewhere(scan, before)
    } catch (error) {
      await held.release()
      throw error
    }
    await held.release()
    return null
  }

  return {
    left: () => waiting.size,
    settle(scan) {
      taken.delete(scan.output)
      waiting.delete(scan.output)
    },
    giveUp(scan) {
      taken.delete(scan.output)
    },
    async take(signal) {
      let told = 0
      // A function, since the signal changes while this one waits.
      const isStopped = (): boolean => signal.aborted
      while (!isStopped()) {
        for (const scan of [...waiting.values()]) {
          if (isStopped()) return null
          if (taken.has(scan.output) || !waiting.has(scan.output)) continue
          // Marked before the claim is tried, so that two lanes do not both try.
          taken.add(scan.output)
          const mine = await tryTake(scan).catch((error: unknown) => {
            taken.delete(scan.output)
            throw error
          })
          if (mine !== null) return mine
          taken.delete(scan.output)
        }
        const elsewhere = [...waiting.keys()].filter((output) => !taken.has(output)).length
        if (elsewhere === 0) return null
        if (elsewhere !== told) context.onWaiting(elsewhere)
        told = elsewhere
        await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined)
      }
      return null
    },
  }
}
