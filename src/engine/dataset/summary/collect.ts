import { readFile } from 'node:fs/promises'
import type { DatasetPlan, DatasetScan, ScanFailure } from '../../../shared/datasetRun.js'
import type { Reviews, Verdict } from '../../../shared/reviews.js'
import type { Sidecar } from '../../../shared/sidecar.js'
import { readSidecar } from '../../pipeline/readSidecar.js'
import type { Journal } from '../state/journal.js'
import { readReviews } from '../state/readReviews.js'
import { fingerprintHash } from '../state/runFingerprint.js'
import { claimName } from '../scanQueue.js'
import { overviewPath, stateFolderOf } from '../state/stateFolder.js'

/** What is known of one scan of a dataset. */
export interface ScanSummary {
  readonly scan: DatasetScan
  /** `waiting`: no run has done it yet with the plan's options. `kept`: its label map is not, or no more, what a run wrote of it. */
  readonly status: 'done' | 'nothingFound' | 'kept' | 'failed' | 'waiting'
  /** What lies beside the label map; null when it was removed or says nothing about the label map: the scan is listed without its structures. */
  readonly sidecar: Sidecar | null
  readonly failure: ScanFailure | null
  /** Why nothing was found, as one sentence; null for other scans. */
  readonly nothingFound: string | null
  /** What a person says of this result; null where nobody did since it was made. */
  readonly review: Verdict | null
  /** Wall seconds of the run that made the result; null when no journal has them. */
  readonly seconds: number | null
  /** The overview image (PNG); null when there is none. */
  readonly overview: Uint8Array | null
}

/** Reads what the journals and the results' folder know of every scan of a plan. */
export async function collectScans(plan: DatasetPlan, journal: Journal): Promise<ScanSummary[]> {
  const summaries: ScanSummary[] = []
  const fingerprint = fingerprintHash(plan.fingerprint)
  // One that cannot be read must not take the summary of a night's work with it; whoever adds to it is told.
  const reviews = await readReviews(stateFolderOf(plan.outFolder)).catch(() => ({}))
  for (const scan of plan.scans)
    summaries.push(await collectScan(scan, { outFolder: plan.outFolder, fingerprint, journal, reviews }))
  return summaries
}

interface CollectContext {
  readonly outFolder: string
  readonly fingerprint: string
  readonly journal: Journal
  readonly reviews: Reviews
}

async function collectScan(
  scan: DatasetPlan['scans'][number],
  { outFolder, fingerprint, journal, reviews }: CollectContext,
): Promise<ScanSummary> {
  const last = journal.last(scan.output)
  const nothing = {
    scan,
    sidecar: null,
    failure: null,
    nothingFound: null,
    seconds: null,
    overview: null,
    review: null,
  }
  const said = Object.hasOwn(reviews, scan.output) ? reviews[scan.output] : null
  if (scan.state.kind === 'kept') return { ...nothing, status: 'kept', review: said?.verdict ?? null }
  if (last?.kind === 'failed') {
    // Named as everywhere in the summary, which may be read on another machine.
    const { kind } = last.error
    const message = last.error.message.replaceAll(scan.scanPath, scan.path)
    return { ...nothing, status: 'failed', failure: { path: scan.path, stage: last.stage, error: { kind, message } } }
  }
  if (last?.kind === 'nothingFound' && last.recipe === fingerprint) {
    // Named as everywhere in the summary.
    return { ...nothing, status: 'nothingFound', nothingFound: last.reason.replaceAll(scan.scanPath, scan.path) }
  }
  const record = last?.kind === 'done' && last.recipe === fingerprint ? last : null
  // A run of the scan alone is in no journal, and corrections come after it.
  if (record === null && scan.state.kind !== 'done') return { ...nothing, status: 'waiting' }
  const sidecar = await readSidecar(scan.labelMapPath)
  return {
    ...nothing,
    status: 'done',
    // It was said of another result where a run has made this one since.
    review: said !== null && (record === null || record.at < said.at) ? said.verdict : null,
    sidecar,
    seconds: secondsOf(record?.seconds ?? sidecar?.seconds ?? {}),
    overview: await readFile(overviewPath(stateFolderOf(outFolder), claimName(scan.output))).catch(() => null),
  }
}

/** Null where nobody has noted any. */
function secondsOf(seconds: Readonly<Record<string, number>>): number | null {
  const all = Object.values(seconds)
  return all.length === 0 ? null : all.reduce((total, value) => total + value, 0)
}
