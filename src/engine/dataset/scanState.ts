import { access } from 'node:fs/promises'
import path from 'node:path'
import type { DatasetScan, ScanState } from '../../protocol/dataset.js'
import { sha256File } from '../hash.js'
import { hashScan } from '../volume/hashScan.js'
import type { DoneRecord, Journal } from './journal.js'
import { scanStamp } from './scanStamp.js'

/** What a run would have to do with a scan, by the journals and the files that are there. */
export async function scanState(
  scan: DatasetScan,
  journal: Pick<Journal, 'last'>,
  options: { readonly outFolder: string; readonly recipe: string; readonly force: boolean; /** Only results finished after this moment count. */ readonly since?: string },
): Promise<ScanState> {
  const last = journal.last(scan.output)
  if (options.force && !(last?.kind === 'done' && options.since !== undefined && last.at >= options.since)) return { kind: 'todo', why: 'forced' }
  if (last === null) return (await exists(scan.labelMapPath)) ? { kind: 'kept', why: 'not written by a run' } : { kind: 'todo', why: 'new' }
  switch (last.kind) {
    case 'start':
    case 'stopped':
      return { kind: 'todo', why: 'unfinished' }
    case 'failed':
      return { kind: 'todo', why: 'failed before' }
    case 'done':
      return finishedState(scan, last, options)
  }
}

async function finishedState(scan: DatasetScan, done: DoneRecord, { outFolder, recipe }: { readonly outFolder: string; readonly recipe: string }): Promise<ScanState> {
  const now = await Promise.all(done.outputs.map((file) => sha256File(path.join(outFolder, file.path)).catch(() => null)))
  const [labelMap] = now
  // A label map that somebody corrected is worth more than ours, whatever else has changed.
  if (labelMap !== null && labelMap !== done.outputs[0].sha256) return { kind: 'kept', why: 'edited since' }
  if (done.outputs.some((file, i) => now[i] !== file.sha256)) return { kind: 'todo', why: 'output missing' }
  if (done.recipe !== recipe) return { kind: 'todo', why: 'other options' }
  // What cannot be read is tried, so that the run says why it cannot.
  const stamp = await scanStamp(scan.scanPath).catch(() => null)
  if (stamp === done.stamp) return { kind: 'done' }
  const hash = await hashScan(scan.scanPath).catch(() => null)
  return hash === done.key.input ? { kind: 'done' } : { kind: 'todo', why: 'scan changed' }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
