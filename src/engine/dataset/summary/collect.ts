import { readFile } from 'node:fs/promises'
import type { DatasetPlan, DatasetScan, ScanFailure } from '../../../shared/datasetRun.js'
import type { Sidecar } from '../../../shared/sidecar.js'
import { readSidecar } from '../../pipeline/readSidecar.js'
import type { Journal } from '../state/journal.js'
import { fingerprintHash } from '../state/runFingerprint.js'
import { claimName } from '../scanQueue.js'
import { overviewPath, stateFolderOf } from '../state/stateFolder.js'

/** What is known of one scan of a dataset. */
export interface ScanSummary {
  readonly scan: DatasetScan
  /** `waiting`: no run has done it yet with the plan's options. `kept`: its label map is not, or no more, what a run wrote of it. */
  readonly status: 'done' | 'kept' | 'failed' | 'waiting'
  /** What lies beside the label map; null when it was removed or says nothing about the label map: the scan is listed without its structures. */
  readonly sidecar: Sidecar | null
  readonly failure: ScanFailure | null
  /** Wall seconds of the run that made the result; null when no journal has them. */
  readonly seconds: number | null
  /** The overview image (PNG); null when there is none. */
  readonly overview: Uint8Array | null
}

/** Reads what the journals and the results' folder know of every scan of a plan. */
export async function collectScans(plan: DatasetPlan, journal: Journal): Promise<ScanSummary[]> {
  const summaries: ScanSummary[] = []
  const fingerprint = fingerprintHash(plan.fingerprint)
  for (const scan of plan.scans) summaries.push(await collectScan(scan, plan.outFolder, fingerprint, journal))
  return summaries
}

async function collectScan(
  scan: DatasetPlan['scans'][number],
  outFolder: string,
  fingerprint: string,
  journal: Journal,
): Promise<ScanSummary> {
  const last = journal.last(scan.output)
  const nothing = { scan, sidecar: null, failure: null, seconds: null, overview: null }
  if (scan.state.kind === 'kept') return { ...nothing, status: 'kept' }
  if (last?.kind === 'failed') {
    // Named as everywhere in the summary, which may be read on another machine.
    const { kind } = last.error
    const message = last.error.message.replaceAll(scan.scanPath, scan.path)
    return { ...nothing, status: 'failed', failure: { path: scan.path, stage: last.stage, error: { kind, message } } }
  }
  if (last?.kind !== 'done' || last.recipe !== fingerprint) return { ...nothing, status: 'waiting' }
  return {
    scan,
    status: 'done',
    failure: null,
    sidecar: await readSidecar(scan.labelMapPath),
    seconds: Object.values(last.seconds).reduce((total, value) => total + value, 0),
    overview: await readFile(overviewPath(stateFolderOf(outFolder), claimName(scan.output))).catch(() => null),
  }
}
