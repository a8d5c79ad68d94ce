import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { axialView, type AxialView } from './slices/axialView.js'
import { keepEarlyMasks, type EarlyMask, type EarlyMasks } from './masks/earlyMasks.js'
import { fillBetweenSlices } from './masks/fillBetweenSlices.js'
import { finishMasks, type StructureMask } from './masks/finishMasks.js'
import { OrganPainter } from './masks/organPainter.js'
import { SliceCanvases } from './masks/sliceCanvases.js'
import type { BoxMargin } from './prompts/boxMargin.js'
import { boxPrompt } from './prompts/prompt.js'
import { plannedSlices, planOrgans, type OrganPlan, type SlicePlanRequest } from './slicePlan.js'
import { SOFT_TISSUE, type Segmenter } from './segmenter.js'
import type { PartsMode } from './prompts/sliceBoxes.js'
import { tileGrid, WHOLE_SLICES, type Shown, type TileGrid } from './tiles/tileGrid.js'
import { decodeOnTile, encodeTile, planTiles } from './tiles/tileRuns.js'

/** How to segment; what is absent takes {@link DEFAULTS}. */
export interface SegmentOptions {
  /** Growth of the boxes before they become prompts. */
  readonly margin: BoxMargin
  /** Boxes of parts: their union per slice, or walls interpolated between their middles. */
  readonly partsMode: PartsMode
  /** Run the networks on every Nth slice and fill in between. */
  readonly sliceStep: number
  /** What an encoding shows; the same whatever is looked for, or masks would change with the others. */
  readonly shown: Shown
}

/**
 * Chosen by `bench/segmentation.ts` on head and neck: margins only lower Dice, also when walls are off by
 * 4 mm; walls interpolated between parts beat their union. Two more were tried and dropped: a second prompt with
 * the box of the first mask gains nothing; showing only 40 mm around the boxes gains 0.01 to 0.03, but then an
 * organ's mask depends on which others are asked for.
 */
const DEFAULTS: SegmentOptions = {
  margin: { unit: 'mm', values: [0, 0, 0] },
  partsMode: 'interpolate',
  sliceStep: 1,
  shown: WHOLE_SLICES,
}

/** Hooks into a running segmentation. */
export interface SegmentControl {
  /** Stops between two network runs. */
  readonly signal?: AbortSignal
  /** Ends it after the slice that it is at: organs that have all their slices by then are kept, the others are left out. */
  readonly endEarly?: AbortSignal | undefined
  /** Called after each slice with the organs on it. */
  readonly onProgress?: (doneSlices: number, totalSlices: number, organs: readonly string[]) => void
  /** Called with the drafts of organs, then with each organ's mask as soon as its last slice is done, and awaited. */
  readonly onEarlyMask?: (early: EarlyMask) => Promise<void>
}

/** The masks of a scan, and what they cost. */
export interface Segmentation {
  /** On the scan's grid, in its storage order. */
  readonly labels: Volume<Uint8Array | Uint16Array>
  /** In the order of the requests; without organs that were left out. */
  readonly structures: readonly StructureMask[]
  readonly encoderRuns: number
  readonly decoderRuns: number
}

/**
 * Segments organs in a CT slice by slice, each tile of slices encoded once for all organs that share a window.
 * Where masks overlap, the larger logit wins, or, of organs whose templates have label maps, the larger log odds.
 * @param scan In HU, in any storage order.
 * @param segmenter null for what is known without one: the drafts, or shape and HU in the boxes, or an ellipse in each.
 * @throws MedlsamError `cancelled` when the signal is aborted, `model` when a network fails. An organ
 *   that cannot be segmented is reported as `failed` and does not stop the others.
 */
export async function segmentScan(
  scan: Volume<Int16Array | Float32Array>,
  requests: readonly SlicePlanRequest[],
  segmenter: Segmenter | null,
  options: Partial<SegmentOptions> = {},
  control: SegmentControl = {},
): Promise<Segmentation> {
  const { margin, partsMode, ...given } = { ...DEFAULTS, ...options }
  // Without networks a slice costs nothing.
  const { sliceStep, shown } = segmenter === null ? DEFAULTS : given
  const view = axialView(scan)
  const labels = emptyLabels(scan, requests)
  const fitted = tileGrid(scan, view, shown)
  const grid = { ...fitted, step: Math.max(fitted.step, sliceStep) }
  const plans = planOrgans(view, requests, { margin, partsMode, sliceStep, knownStep: grid.step })
  const early =
    segmenter === null || control.onEarlyMask === undefined ? null : keepEarlyMasks(scan, labels, view, sliceStep)
  const drafts = early?.drafts(plans)
  if (drafts !== undefined && drafts.masks.length > 0) await control.onEarlyMask?.(drafts)
  const work = { scan, view, labels, plans, segmenter, grid }
  const { done, iouPredictions, encoderRuns, decoderRuns } = await paintTiles(work, early, control)
  throwIfCancelled(control.signal)
  const complete = plans.filter((_, index) => done.has(index))
  if (complete.length < plans.length) eraseOrgans(labels, new Set(plans.filter((_, index) => !done.has(index))))
  if (sliceStep > 1) await fillBetweenSlices(labels.data, view, complete)
  const predictions = iouPredictions.filter((_, index) => done.has(index))
  const structures = finishMasks(scan, labels, view, complete, predictions)
  return { labels, structures, encoderRuns, decoderRuns }
}

/** What is painted, and with what. */
interface PaintWork {
  readonly scan: Volume<Int16Array | Float32Array>
  readonly view: AxialView
  readonly labels: Segmentation['labels']
  readonly plans: readonly OrganPlan[]
  readonly segmenter: Segmenter | null
  readonly grid: TileGrid
}

interface Painted {
  /** Organs that have all their slices, by index. */
  readonly done: ReadonlySet<number>
  /** By organ. */
  readonly iouPredictions: readonly (readonly number[])[]
  readonly encoderRuns: number
  readonly decoderRuns: number
}

/** Paints all organs, tile by tile. */
async function paintTiles(
  { scan, view, labels, plans, segmenter, grid }: PaintWork,
  early: EarlyMasks | null,
  { signal, endEarly, onProgress, onEarlyMask }: SegmentControl,
): Promise<Painted> {
  const canvases = new SliceCanvases(scan, labels, view)
  const painters = plans.map((plan) => new OrganPainter(plan, canvases, view, grid.step))
  const iouPredictions = plans.map((): number[] => [])
  const left = plans.map(({ sampled }) => sampled.size)
  const tiles = planTiles(plans, grid, view, segmenter?.windowHu ?? SOFT_TISSUE)
  const totalSlices = plannedSlices(plans).length
  let doneSlices = 0
  let encoderRuns = 0
  const done = new Set(plans.flatMap(({ sampled }, index) => (sampled.size === 0 ? [index] : [])))
  for (const { slices, windows } of tiles) {
    if (endEarly?.aborted === true) break
    canvases.finishBelow(slices[0] - grid.step)
    for (const { windowHu, organs } of windows) {
      throwIfCancelled(signal)
      const tile = segmenter && (await encodeTile(segmenter, scan, view, { grid, slices }, windowHu))
      if (tile !== null) encoderRuns += 1
      for (const { index, slice, box } of organs) {
        throwIfCancelled(signal)
        const mask =
          segmenter &&
          tile &&
          (await decodeOnTile(segmenter, tile, slice, boxPrompt(box), painters[index].regionAt(slice)))
        if (mask !== null) iouPredictions[index].push(mask.iouPrediction)
        painters[index].paint(slice, mask)
        left[index] -= 1
      }
    }
    for (const slice of slices) {
      const there = plans.filter(({ sampled }) => sampled.has(slice))
      if (there.length === 0) continue
      doneSlices += 1
      onProgress?.(
        doneSlices,
        totalSlices,
        there.map(({ request }) => request.structure.name),
      )
    }
    for (const [index, plan] of plans.entries()) {
      if (left[index] > 0 || done.has(index)) continue
      done.add(index)
      if (early === null) continue
      throwIfCancelled(signal)
      await onEarlyMask?.(await early.add(plan, iouPredictions[index]))
    }
  }
  const decoderRuns = iouPredictions.reduce((sum, predictions) => sum + predictions.length, 0)
  return { done, iouPredictions, encoderRuns, decoderRuns }
}

/** Takes out what was painted of organs that are left out. */
function eraseOrgans({ data }: Segmentation['labels'], organs: ReadonlySet<OrganPlan>): void {
  const values = new Set([...organs].map(({ request }) => request.structure.labelValue))
  for (let at = 0; at < data.length; at++) if (values.has(data[at])) data[at] = 0
}

function emptyLabels({ data, size, affine }: Volume, requests: readonly SlicePlanRequest[]): Segmentation['labels'] {
  const largest = Math.max(0, ...requests.map(({ structure }) => structure.labelValue))
  return { data: largest > 255 ? new Uint16Array(data.length) : new Uint8Array(data.length), size, affine }
}
