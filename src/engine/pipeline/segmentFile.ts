import { defined } from '../../shared/defined.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { SegmentRequest } from '../../shared/requests.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { LoadedModels } from '../loadedModels.js'
import type { EarlyMask } from '../sam/masks/earlyMasks.js'
import type { Segmentation } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { bankStep, beginRun, localizeStep, readStep, type FileRun, type RunBank } from './firstSteps.js'
import { defaultLabelMapPath, outputPaths, prepareOutputFolder, type OutputPaths } from './outputPaths.js'
import { segmentationReport } from './report.js'
import type { RunHooks } from './runHooks.js'
import { segmentLocalized } from './segmentLocalized.js'
import { writeResult } from './writeResult.js'

/** Files written by a segmentation, and its report. */
export interface SegmentResult {
  readonly paths: OutputPaths
  readonly sidecar: Sidecar
}

/**
 * Segments a scan file: read, bank, localize, segment, report, write. The label map, its sidecar and its table of
 * names go beside the scan or to `out`; where a step fails, nothing is written.
 * @throws MedlsamError with the reason
 */
export async function segmentFile(
  loaded: LoadedModels,
  request: SegmentRequest,
  hooks: RunHooks = {},
): Promise<SegmentResult> {
  const run = beginRun(loaded, request, hooks)
  const paths = outputPaths(request.out ?? defaultLabelMapPath(request.scanPath), request.scanPath)
  // Before minutes are spent on its content.
  await prepareOutputFolder(paths.labelMap)

  const scan = await readStep(run)
  const bank = await bankStep(run)
  const localized = await localizeStep(run, scan, bank)
  const { segmenter, masks } = await segmentStep(run, scan, bank, localized)

  run.clock.start('write')
  const seconds = run.clock.stop()
  const report = segmentationReport({
    ...run,
    scan,
    ...bank,
    localized,
    seconds,
    segmenter,
    masks,
    labelMap: paths.labelMap,
  })
  throwIfCancelled(hooks.signal)
  const warnings = (await hooks.beforeWrite?.({ scan, labels: masks.labels, sidecar: report, seconds })) ?? []
  const sidecar = { ...report, warnings: [...report.warnings, ...warnings] }

  await writeResult(paths, masks.labels, scan, sidecar, hooks.beforeFiles)
  return { paths, sidecar }
}

/** Segments what was found, with the segmenter that is asked for. */
async function segmentStep(
  { request, options, loaded, hooks, clock }: FileRun<SegmentRequest>,
  scan: Scan,
  { built: { bank } }: RunBank,
  localized: readonly LocalizedStructure[],
): Promise<{ readonly segmenter: Segmenter; readonly masks: Segmentation }> {
  clock.start('segment')
  const open = hooks.templates === undefined ? undefined : loaded.openedSegmenter(request.segmenter)
  const segmenter = await (open ?? loaded.segmenter(request.segmenter, hooks))
  const { signal, onEarlyMask } = hooks
  const masks = await segmentLocalized({ segmenter, bank, options }, scan, localized, {
    ...defined({
      signal,
      onEarlyMask: onEarlyMask && ((early: EarlyMask) => onEarlyMask(early, scan.geometry)),
    }),
    onProgress: (done, total, organs) => {
      clock.report(done, total, organs.join(', '))
    },
  })
  return { segmenter, masks }
}
