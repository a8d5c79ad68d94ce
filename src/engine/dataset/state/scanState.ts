import path from 'node:path'
import type { DatasetScan, KeptReason, ScanState } from '../../../shared/datasetRun.js'
import { sha256IfThere } from '../../../shared/node/hash.js'
import { hashScan } from '../../scanFiles/hashScan.js'
import type { DoneRecord, Journal } from './journal.js'
import { scanStamp } from './scanStamp.js'

/** What a run would have to do with a scan, by the journals and the files that are there. */
export async function scanState(
  scan: DatasetScan,
  journal: Pick<Journal, 'last' | 'written'>,
  {
    outFolder,
    fingerprint,
    force,
  }: { readonly outFolder: string; readonly fingerprint: string; readonly force: boolean },
): Promise<ScanState> {
  if (force) return { kind: 'todo', why: 'forced' }
  const last = journal.last(scan.output)
  const labelMap = await sha256IfThere(scan.labelMapPath)
  const why = labelMap === null ? null : await keptWhy(scan, labelMap, journal, outFolder)
  if (why !== null) return { kind: 'kept', why }
  switch (last?.kind) {
    case undefined:
      return { kind: 'todo', why: 'new' }
    case 'start':
    case 'writing':
    case 'stopped':
      return { kind: 'todo', why: 'unfinished' }
    case 'failed':
      return { kind: 'todo', why: 'failedBefore' }
    case 'done':
      return finishedState(scan, last, labelMap, outFolder, fingerprint)
  }
}

/** A scan's path as seen from the results' folder, with slashes. */
export function sourceOf(scan: Pick<DatasetScan, 'scanPath'>, outFolder: string): string {
  return path.relative(outFolder, scan.scanPath).split(path.sep).join('/')
}

/**
 * Why a label map is not to be replaced, whatever has changed since; null when it is ours to replace. One that
 * the user made or corrected is worth more than what we would put in its place.
 */
async function keptWhy(
  scan: DatasetScan,
  labelMap: string,
  journal: Pick<Journal, 'last' | 'written'>,
  outFolder: string,
): Promise<KeptReason | null> {
  const written = journal.written(scan.output)
  if (written.size === 0) return 'notFromRun'
  const last = journal.last(scan.output)
  const origin = written.get(labelMap)
  if (origin === undefined || (last?.kind === 'done' && last.outputs[0].sha256 !== labelMap)) return 'editedSince'
  // The same scan may be reached along another path on another machine.
  const isOther =
    origin !== null &&
    origin.source !== sourceOf(scan, outFolder) &&
    (await hashScan(scan.scanPath).catch(() => null)) !== origin.input
  return isOther ? 'otherScan' : null
}

/** @param labelMap its hash now; null when it is gone */
async function finishedState(
  scan: DatasetScan,
  done: DoneRecord,
  labelMap: string | null,
  outFolder: string,
  fingerprint: string,
): Promise<ScanState> {
  for (const [i, file] of done.outputs.entries()) {
    const now = i === 0 ? labelMap : await sha256IfThere(path.join(outFolder, file.path))
    if (now !== file.sha256) return { kind: 'todo', why: 'outputMissing' }
  }
  if (done.recipe !== fingerprint) return { kind: 'todo', why: 'otherOptions' }
  // What cannot be read is tried, so that the run says why it cannot.
  const stamp = await scanStamp(scan.scanPath).catch(() => null)
  if (stamp === done.stamp) return { kind: 'done' }
  const hash = await hashScan(scan.scanPath).catch(() => null)
  return hash === done.key.input ? { kind: 'done' } : { kind: 'todo', why: 'scanChanged' }
}
