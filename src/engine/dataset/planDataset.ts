import { access } from 'node:fs/promises'
import path from 'node:path'
import { defined } from '../../shared/defined.js'
import type {
  DatasetPlan,
  DatasetRequest,
  DatasetScan,
  PlannedScan,
  ScanState,
  Shard,
} from '../../shared/datasetRun.js'
import { REASON_TEXTS } from '../../shared/reasonTexts.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { checkBidsFolder } from './place/bids.js'
import { findScans } from './discover/findScans.js'
import { openJournal, type Journal } from './state/journal.js'
import { outFolderOf, placeScans } from './place/outputTree.js'
import { keptInResult } from './state/ownResult.js'
import { fingerprintHash, type Prepared } from './state/runFingerprint.js'
import { scanState } from './state/scanState.js'
import { stateFolderOf } from './state/stateFolder.js'

/**
 * Says what a run of a folder of scans would do; writes nothing.
 * @param prepared what the worker that will do it has loaded
 * @throws MedlsamError `usage` for a shard that cannot be and a folder that BIDS cannot go to, `input` when the folder is missing or holds no scan
 */
export async function planDataset(request: DatasetRequest, prepared: Prepared): Promise<DatasetPlan> {
  checkShard(request.shard)
  const outFolder = outFolderOf(request)
  await checkBidsFolder(request, outFolder)
  const { include, exclude, settings } = request
  const found = await findScans(
    request.folder,
    defined({
      include,
      exclude,
      forceHu: settings.forceHu,
      except: outFolder === path.resolve(request.folder) ? undefined : outFolder,
    }),
  )
  const { scans, skipped } = placeScans(found.scans, request)
  if (scans.length === 0) {
    const why =
      found.skipped.length === 0
        ? 'no file there is a NIfTI, NRRD or MetaImage, and no folder holds DICOM slices'
        : `${found.skipped.length} files there look like scans but are left out (${[...new Set(found.skipped.map(({ reason }) => REASON_TEXTS[reason]))].join(', ')})`
    const mayForce = found.skipped.some(({ reason }) => reason === 'notCt' || reason === 'labelMap')
    throw new MedlsamError(
      'input',
      `${request.folder} holds no scan to segment: ${why}.`,
      request.folder,
      defined({ remedy: mayForce ? ({ option: 'forceHu' } as const) : undefined }),
    )
  }
  const fingerprint = fingerprintHash(prepared.fingerprint)
  const state = stateFolderOf(outFolder)
  const hasRun = await access(state.journal).then(
    () => true,
    () => false,
  )
  const journal: Pick<Journal, 'last' | 'written'> = hasRun
    ? await openJournal(state.journal)
    : { last: () => null, written: () => new Map() }
  const force = request.force ?? false
  const planned: PlannedScan[] = []
  for (const [index, scan] of scans.entries()) {
    planned.push({
      ...scan,
      inShard: isInShard(index, request.shard),
      state: await withKept(
        scan,
        await scanState(scan, journal, { outFolder, fingerprint, force, write: settings.write }),
        request,
        prepared,
      ),
    })
  }
  return {
    request,
    outFolder,
    layouts: [...new Set(found.scans.map(({ layout }) => layout))],
    scans: planned,
    skipped: [...found.skipped, ...skipped],
    warnings: prepared.problems,
    fingerprint: prepared.fingerprint,
  }
}

/** The same with the structures that the run will leave as they are. */
async function withKept(
  scan: DatasetScan,
  state: ScanState,
  { force, onlyChanged }: DatasetRequest,
  prepared: Prepared,
): Promise<ScanState> {
  if (state.kind !== 'todo' || force === true) return state
  const keeps = await keptInResult(scan, prepared, onlyChanged ?? false)
  return keeps.length === 0 ? state : { ...state, keeps }
}

function checkShard(shard: Shard | undefined): void {
  if (shard === undefined) return
  const { index, count } = shard
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count) return
  throw new MedlsamError('usage', `There is no shard ${index} of ${count}: give 1/${count} to ${count}/${count}.`)
}

/** Every `count`-th scan by path, so that all processes agree without talking, and parts differ by one scan at most. */
function isInShard(index: number, shard: Shard | undefined): boolean {
  return shard === undefined || index % shard.count === shard.index - 1
}
