import type { Correction, EditedLabels, RefineRequest, SegmentBoxRequest } from '../../protocol/editedLabels.js'
import { defined } from '../../shared/defined.js'
import { unionOfBoxes } from '../../shared/geometry/boxConversion.js'
import type { BoxMm } from '../../shared/geometry/points.js'
import { copyLabels, type LabelVolume, type Scan } from '../../shared/geometry/volume.js'
import { inputError } from '../../shared/inputError.js'
import { applyRuns, invertRuns, mergeRuns, NO_RUNS, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import { packRuns, unpackRunsWithin } from '../../shared/node/packedRuns.js'
import type { Quality, Sidecar } from '../../shared/sidecar.js'
import type { EditedLabelMap } from '../editing/editedLabelMap.js'
import { haveSameVoxels } from '../labels/sortedOnto.js'
import type { LoadedModels } from '../loadedModels.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { boxAround } from '../pipeline/localization.js'
import { readSidecar } from '../pipeline/readSidecar.js'
import type { RunHooks } from '../pipeline/runHooks.js'
import { isOnePiece, priorsOf, shownTo } from '../pipeline/segmentLocalized.js'
import { startClock } from '../pipeline/stageClock.js'
import { templatesPrior } from '../sam/prior/templatesPrior.js'
import type { Segmenter } from '../sam/segmenter.js'
import { axialView } from '../sam/slices/axialView.js'
import { AROUND_MM, tileGrid, type Shown } from '../sam/tiles/tileGrid.js'
import { draftInBox } from './draftOfMask.js'
import { LastScan } from './lastScan.js'
import { refineByPoints } from './refineByPoints.js'
import { segmentBox, type BoxTask } from './segmentBox.js'
import { runsOnSlice } from './runsOnSlice.js'

/** What accompanies a correction by points. */
export interface RefineHooks extends Pick<RunHooks, 'signal'> {
  /**
   * Called with what changes on the slice of the latest point as soon as that is known, from the labels as they were sent;
   * packed. Other slices follow in the answer.
   */
  readonly onEarly?: (runs: string) => void
}

/** Corrects structures of label maps: the scan, the models and the embeddings of one request serve the next. */
export class Corrections {
  private readonly lastScan: LastScan

  constructor(
    private readonly loaded: Pick<LoadedModels, 'segmenter' | 'templates'>,
    idleSeconds: number | undefined,
  ) {
    this.lastScan = new LastScan(idleSeconds)
  }

  /** @throws MedlsamError `usage` for points outside of the scan, `input`, `model`, `cancelled` */
  async refine(
    request: RefineRequest,
    edited: Pick<EditedLabelMap, 'labels'>,
    { signal, onEarly }: RefineHooks = {},
  ): Promise<Correction> {
    const { points, fixedSlices, lockedValues, structure } = request
    const labels = copyLabels(edited.labels)
    const made = request.made === null ? NO_RUNS : unpacked(request.made, labels)
    applyRuns(labels.data, invertRuns(made))
    const scan = await this.scanOf(request, labels)
    const segmenter = await this.loaded.segmenter(request.segmenter, defined({ signal }))
    throwIfCancelled(signal)
    const around = points.map(({ pointMm }): BoxMm => ({ min: pointMm, max: pointMm }))
    const shown = await shownOf(request, segmenter, 'balanced', around)
    const fromSent = (runs: VoxelRuns): VoxelRuns => mergeRuns(invertRuns(made), runs)
    const view = axialView(labels)
    const { runs } = await refineByPoints(
      { scan, labels, labelValue: structure.labelValue, points, fixedSlices, lockedValues },
      {
        segmenter,
        grid: tileGrid(scan, axialView(scan), shown),
        windowHu: request.windowHu ?? segmenter.windowHu,
        ...defined({ signal, latestMm: request.latestMm }),
        onSlice: (slice, sliceRuns) => onEarly?.(packRuns(runsOnSlice(fromSent(sliceRuns), view, slice))),
      },
    )
    return { runs: packRuns(fromSent(runs)), made: packRuns(runs) }
  }

  /** @throws MedlsamError `usage` for a box that holds nothing, `input`, `template`, `model`, `cancelled` */
  async segmentBox(
    request: SegmentBoxRequest,
    edited: Pick<EditedLabelMap, 'labels'>,
    { signal, onProgress }: Pick<RunHooks, 'signal' | 'onProgress'> = {},
  ): Promise<Correction> {
    const { boxMm, quality = 'balanced' } = request
    const labels = copyLabels(edited.labels)
    const clock = startClock(onProgress)
    clock.start('read')
    const scan = await this.scanOf(request, labels)
    const known = await this.knownOf(request, labels, signal)
    const segmenter = quality === 'draft' ? null : await this.loaded.segmenter(request.segmenter, defined({ signal }))
    throwIfCancelled(signal)
    clock.start('segment')
    const shown = await shownOf(request, segmenter, quality, [boxMm])
    const task = { scan, labels, boxMm, request: { structure: request.structure, ...known } }
    const runs = packRuns(
      await segmentBox(task, segmenter, shown, {
        ...defined({ signal }),
        onProgress: (done, total) => {
          clock.report(done, total)
        },
      }),
    )
    return { runs, made: runs }
  }

  /** The scan as the run read it that made the label map. */
  private async scanOf({ labels }: CorrectionSource, { size, affine }: LabelVolume): Promise<Scan> {
    const { timePoint, forceHu, huOffset } = (await sidecarOf(labels))?.input ?? {}
    const scan = await this.lastScan.read(
      labels.scanPath,
      defined({ timePoint: timePoint ?? undefined, forceHu, huOffset }),
    )
    if (haveSameVoxels({ size, affine }, scan)) return scan
    const file = labels.basePath ?? labels.scanPath
    throw inputError(file, `${file} cannot be corrected, since its voxels are not those of ${labels.scanPath}.`)
  }

  /** What is known of a structure beside its box. */
  private async knownOf(
    { labels: source, templates, structure, windowHu, boxMm, keepsShape = true }: SegmentBoxRequest,
    labels: LabelVolume,
    signal: AbortSignal | undefined,
  ): Promise<Omit<BoxTask['request'], 'structure'>> {
    const draft = keepsShape ? (draftInBox(labels, structure.labelValue, boxMm) ?? undefined) : undefined
    const known = defined({ windowHu: windowHu ?? undefined, draft })
    const bank = templates === undefined ? await this.bankOfRun(source, signal) : await this.bank(templates, signal)
    if (bank === null) return known
    const prior = templatesPrior(priorsOf(bank, structure.name)) ?? undefined
    return { ...known, onePiece: isOnePiece(bank, structure.name), ...defined({ prior }) }
  }

  /** The templates of the run that made a label map; null for none, or where they are gone since. */
  private async bankOfRun(labels: EditedLabels, signal: AbortSignal | undefined): Promise<TemplateBank | null> {
    const sidecar = await sidecarOf(labels)
    if (sidecar === null) return null
    return this.bank(sidecar.templates.name, signal).catch((error: unknown) => {
      // What they knew was worth having, and is no condition.
      if (error instanceof MedlsamError && error.kind === 'template') return null
      throw error
    })
  }

  private async bank(name: string, signal: AbortSignal | undefined): Promise<TemplateBank> {
    return (await this.loaded.templates(name, defined({ signal }))).bank
  }
}

type CorrectionSource = Pick<RefineRequest, 'labels'>

/** What the run says that made a label map; null for none. */
async function sidecarOf({ basePath }: EditedLabels): Promise<Sidecar | null> {
  return basePath === null ? null : readSidecar(basePath)
}

/** What earlier points did. @throws MedlsamError `usage` where it does not fit the labels */
function unpacked(made: string, { data }: LabelVolume): VoxelRuns {
  const runs = unpackRunsWithin(made, data.length)
  if (runs === null)
    throw new MedlsamError('usage', 'What the points before did does not fit the labels any more: set them again.')
  return runs
}

/**
 * What encodings show: what those of the run that made the label map showed, which are often still known, and a correction
 * looks like what it corrects.
 */
async function shownOf(
  { labels }: CorrectionSource,
  segmenter: Segmenter | null,
  quality: Quality,
  also: readonly BoxMm[],
): Promise<Shown> {
  const sidecar = await sidecarOf(labels)
  const ofRun = sidecar === null ? null : boxAround(sidecar.structures)
  const shown = shownTo(segmenter, { procedure: 'robust', quality }, ofRun)
  const { region } = shown
  if (typeof region === 'string') return shown
  // Another region is another encoding.
  return also.every((box) => isShown(region, box))
    ? shown
    : { ...shown, region: [region, ...also].reduce(unionOfBoxes) }
}

/** Whether a box lies on the slices of tiles that show a region and {@link AROUND_MM} around it, and not at their very edge. */
function isShown(region: BoxMm, box: BoxMm): boolean {
  const slackMm = (3 / 4) * AROUND_MM
  return ([0, 1] as const).every(
    (axis) => box.min[axis] >= region.min[axis] - slackMm && box.max[axis] <= region.max[axis] + slackMm,
  )
}
