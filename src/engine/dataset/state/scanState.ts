import path from 'node:path'
import type { DatasetScan, KeptReason, ScanState } from '../../../shared/datasetRun.js'
import { exportPathOf, type ResultExport } from '../../../shared/exportFormats.js'
import { labelTableNameOf, sidecarNameOf } from '../../../shared/labelMapNames.js'
import { sha256IfThere } from '../../../shared/node/hash.js'
import { hashScan } from '../../scanFiles/hashScan.js'
import { stateOfOwnResult } from './ownResult.js'
import type { DoneRecord, EmptyRecord, Journal } from './journal.js'
import { scanStamp } from './scanStamp.js'

/** What a run would have to do with a scan, by the journals and the files that are there. */
export async function scanState(
  scan: DatasetScan,
  journal: Pick<Journal, 'last' | 'written'>,
  {
    outFolder,
    fingerprint,
    force,
    write = [],
  }: {
    readonly outFolder: string
    readonly fingerprint: string
    readonly force: boolean
    readonly write?: readonly ResultExport[] | undefined
  },
): Promise<ScanState> {
  if (force) return { kind: 'todo', why: 'forced' }
  const last = journal.last(scan.output)
  const labelMap = await sha256IfThere(scan.labelMapPath)
  const why =
    (labelMap === null ? null : await keptWhy(scan, labelMap, journal, outFolder)) ??
    (await keptBesideWhy(besideNames(scan, write), journal, outFolder))
  if (why !== null) return (await stateOfOwnResult(scan, fingerprint)) ?? { kind: 'kept', why }
  switch (last?.kind) {
    case undefined:
      return { kind: 'todo', why: 'new' }
    case 'start':
    case 'writing':
    case 'stopped':
      return { kind: 'todo', why: 'unfinished' }
    case 'failed':
      return { kind: 'todo', why: 'failedBefore' }
    case 'nothingFound':
      return endedState(scan, last, last.input, fingerprint)
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

/** The names, the sidecar and what is written for other programs, which would be replaced with the label map. */
function besideNames({ output }: DatasetScan, write: readonly ResultExport[]): readonly string[] {
  return [labelTableNameOf(output), sidecarNameOf(output), ...write.map((format) => exportPathOf(output, format))]
}

/** Why one of these is not to be replaced; null when all are ours. */
async function keptBesideWhy(
  names: readonly string[],
  journal: Pick<Journal, 'written'>,
  outFolder: string,
): Promise<KeptReason | null> {
  for (const name of names) {
    const hash = await sha256IfThere(path.join(outFolder, name))
    const written = journal.written(name)
    if (hash !== null && !written.has(hash)) return written.size === 0 ? 'notFromRun' : 'editedSince'
  }
  return null
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
  return endedState(scan, done, done.key.input, fingerprint)
}

/** @param input SHA-256 that the scan had when a run came to its end */
async function endedState(
  scan: DatasetScan,
  ended: DoneRecord | EmptyRecord,
  input: string,
  fingerprint: string,
): Promise<ScanState> {
  if (ended.recipe !== fingerprint) return { kind: 'todo', why: 'otherOptions' }
  // What cannot be read is tried, so that the run says why it cannot.
  const stamp = await scanStamp(scan.scanPath).catch(() => null)
  if (stamp === ended.stamp) return { kind: 'done' }
  const hash = await hashScan(scan.scanPath).catch(() => null)
  return hash === input ? { kind: 'done' } : { kind: 'todo', why: 'scanChanged' }
}
