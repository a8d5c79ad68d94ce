import { defined } from '../../shared/defined.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import { keepForeign } from '../../shared/node/keepForeign.js'
import type { SegmentRequest } from '../../shared/requests.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { formatOf } from '../../shared/scanNames.js'
import { seriesAt } from '../dicom/findSeries.js'
import type { LoadedModels } from '../loadedModels.js'
import type { EarlyMask } from '../sam/masks/earlyMasks.js'
import type { Segmentation } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { hashStructures } from '../templates/bankHashes.js'
import { TOOL_VERSION } from '../version.js'
import { bankStep, beginRun, localizeStep, readStep, type FileRun, type RunBank } from './firstSteps.js'
import { checkSameScan, keptStructures, untouchedSidecar } from './keptStructures.js'
import { labelMapPathFor, outputPaths, prepareOutputFolder, type OutputPaths } from './outputPaths.js'
import { segmentationReport } from './report.js'
import type { Localization } from './localization.js'
import { refuseNothing } from './nothingFound.js'
import type { RunHooks } from './runHooks.js'
import { segmentLocalized } from './segmentLocalized.js'
import { resultSeries } from './resultSeries.js'
import { resultFiles } from './resultFiles.js'
import { structureFingerprint } from './structureFingerprint.js'
import { earlierResult, updatedResult } from './updateResult.js'
import { writeResult } from './writeResult.js'

/** Files written by a segmentation, and its report. */
export interface SegmentResult {
  readonly paths: OutputPaths
  readonly sidecar: Sidecar
}

/**
 * Segments a scan file: read, bank, localize, segment, report, write. The label map, its sidecar and its table of
 * names go beside the scan or to `out`; where a step fails or nothing is found, nothing is written.
 * @throws MedlsamError with the reason; `nothingFound` before anything is segmented
 */
export async function segmentFile(
  loaded: LoadedModels,
  request: SegmentRequest,
  hooks: RunHooks = {},
): Promise<SegmentResult> {
  const run = beginRun(loaded, request, hooks)
  const found = formatOf(request.scanPath) === null ? await seriesAt(request.scanPath) : null
  const paths = outputPaths(request.out ?? labelMapPathFor(request, found), request.scanPath, request.write)
  // Before minutes are spent on its content.
  await prepareOutputFolder(paths.labelMap)
  const earlier = request.keep === undefined ? null : await untouchedSidecar(paths)
  const mayReplace = request.force === true || request.update === true || earlier !== null
  await keepForeign(await resultFiles(paths), mayReplace)
  const series = await resultSeries(request, found)
  if (hooks.templates === undefined && run.options.quality !== 'draft') await loaded.checkSegmenter(request.segmenter)

  const scan = await readStep(run, found ?? undefined)
  if (earlier !== null) checkSameScan(earlier, scan.sha256, paths.labelMap)
  const asked = await bankStep(run, scan)
  const kept = earlier === null ? NOTHING : await keptStep(run, asked, earlier)
  const isUpdate = request.update === true || kept.size > 0
  if (isUpdate) await earlierResult(paths.labelMap, scan)
  const bank = { ...asked, structures: asked.structures.filter(({ name }) => !kept.has(name)) }
  const localization = bank.structures.length === 0 ? FOUND_NOTHING : await localizeStep(run, scan, bank)
  if (kept.size === 0) refuseNothing(localization.structures, scan.path)
  const { segmenter, masks } = await segmentStep(run, scan, bank, localization)

  run.clock.start('write')
  const seconds = run.clock.stop()
  const report = segmentationReport({
    ...run,
    scan,
    ...bank,
    localized: localization.structures.filter((structure) => isDecided(structure, masks)),
    seconds,
    segmenter,
    masks,
    labelMap: paths.labelMap,
  })
  const fresh = { labels: masks.labels, sidecar: report }
  // Read again: somebody may have drawn in it meanwhile.
  const result = isUpdate ? updatedResult(await earlierResult(paths.labelMap, scan), fresh) : fresh
  throwIfCancelled(hooks.signal)
  const warnings = (await hooks.beforeWrite?.({ scan, ...result, seconds })) ?? []
  // Somebody may have put a file there meanwhile.
  await keepForeign(await resultFiles(paths), mayReplace)
  const complete = { ...result.sidecar, warnings: [...result.sidecar.warnings, ...warnings] }
  const target = { geometry: scan.geometry, series, recordsExports: request.reproducible !== true }
  const sidecar = await writeResult(paths, result.labels, target, complete, hooks.beforeFiles)
  return { paths, sidecar }
}

const NOTHING: ReadonlySet<string> = new Set()
/** Of a run that has nothing to look for. */
const FOUND_NOTHING: Localization = { structures: [], drafts: new Map(), aroundAllMm: null }

/** The structures of an earlier result that stay as they are. */
async function keptStep(
  { request, options, loaded, hooks }: FileRun<SegmentRequest>,
  { built: { bank }, structures, model }: RunBank,
  earlier: Sidecar,
): Promise<ReadonlySet<string>> {
  if (request.keep !== 'unchanged') return keptStructures(earlier, 'corrected', new Map())
  const segmenter = options.quality === 'draft' ? null : await segmenterFor(loaded, request, hooks)
  const models = [model.hash, ...(segmenter?.networks ?? []).map(({ sha256 }) => sha256)]
  const hashes = hashStructures(bank)
  const fingerprints = structures.map(({ name }): [string, string] => [
    name,
    structureFingerprint({ tool: TOOL_VERSION, models, options }, hashes[name] ?? ''),
  ])
  return keptStructures(earlier, 'unchanged', new Map(fingerprints))
}

/** Whether it is known what became of a structure: one that was found has a mask, unless the run was ended early. */
function isDecided({ name, status }: LocalizedStructure, { structures }: Segmentation): boolean {
  return status !== 'found' || structures.some((mask) => mask.name === name)
}

/** Segments what was found, with the segmenter that is asked for. */
async function segmentStep(
  { request, options, loaded, hooks, clock }: FileRun<SegmentRequest>,
  scan: Scan,
  { built: { bank } }: RunBank,
  localization: Localization,
): Promise<{ readonly segmenter: Segmenter | null; readonly masks: Segmentation }> {
  clock.start('segment')
  const segmenter = options.quality === 'draft' ? null : await segmenterFor(loaded, request, hooks)
  const { signal, endEarly, onEarlyMask } = hooks
  const masks = await segmentLocalized({ segmenter, bank, options }, scan, localization, {
    ...defined({
      signal,
      endEarly,
      onEarlyMask: onEarlyMask && ((early: EarlyMask) => onEarlyMask(early, scan.geometry)),
    }),
    onProgress: (done, total, organs) => {
      clock.report(done, total, organs.join(', '))
    },
  })
  // Nothing was finished: as if it had been stopped.
  if (masks.structures.length === 0) throwIfCancelled(endEarly)
  return { segmenter, masks }
}

function segmenterFor(
  loaded: LoadedModels,
  { segmenter }: Pick<SegmentRequest, 'segmenter'>,
  hooks: RunHooks,
): Promise<Segmenter> {
  const open = hooks.templates === undefined ? undefined : loaded.openedSegmenter(segmenter)
  return open ?? loaded.segmenter(segmenter, hooks)
}
