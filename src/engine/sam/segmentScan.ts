import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { axialView } from './slices/axialView.js'
import { keepEarlyMasks, type EarlyMask } from './masks/earlyMasks.js'
import { fillBetweenSlices } from './masks/fillBetweenSlices.js'
import { finishMasks, type StructureMask } from './masks/finishMasks.js'
import { paintMask, weighWithPrior, type SliceCanvas } from './masks/paintMask.js'
import type { BoxMargin } from './prompts/boxMargin.js'
import { regionAround, windowSlice, type PixelBox, type WindowHu } from './slices/sliceImage.js'
import { plannedSlices, planOrgans, type OrganPlan, type SlicePlanRequest } from './slicePlan.js'
import type { Segmenter } from './segmenter.js'
import type { PartsMode } from './prompts/sliceBoxes.js'
import { oddsOnSlice } from './prior/templatesPrior.js'

/** How to segment; what is absent takes {@link DEFAULTS}. */
export interface SegmentOptions {
  /** Growth of the boxes before they become prompts. */
  readonly margin: BoxMargin
  /** Boxes of parts: their union per slice, or walls interpolated between their middles. */
  readonly partsMode: PartsMode
  /** Run the networks on every Nth slice and interpolate the contours between. */
  readonly sliceStep: number
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
}

/** Hooks into a running segmentation. */
export interface SegmentControl {
  /** Stops between two network runs. */
  readonly signal?: AbortSignal
  /** Called after each slice with the organs on it. */
  readonly onProgress?: (doneSlices: number, totalSlices: number, organs: readonly string[]) => void
  /** Called with each organ's mask as soon as its last slice is done, and awaited. */
  readonly onEarlyMask?: (early: EarlyMask) => Promise<void>
}

/** The masks of a scan, and what they cost. */
export interface Segmentation {
  /** On the scan's grid, in its storage order. */
  readonly labels: Volume<Uint8Array | Uint16Array>
  /** In the order of the requests. */
  readonly structures: readonly StructureMask[]
  readonly encoderRuns: number
  readonly decoderRuns: number
}

/**
 * Segments organs in a CT slice by slice, each slice encoded once for all organs that share a window.
 * Where masks overlap, the larger logit wins, or, of organs whose templates have label maps, the larger log odds.
 * @param scan In HU, in any storage order.
 * @throws MedlsamError `cancelled` when the signal is aborted, `model` when a network fails. An organ
 *   that cannot be segmented is reported as `failed` and does not stop the others.
 */
export async function segmentScan(
  scan: Volume<Int16Array | Float32Array>,
  requests: readonly SlicePlanRequest[],
  segmenter: Segmenter,
  options: Partial<SegmentOptions> = {},
  { signal, onProgress, onEarlyMask }: SegmentControl = {},
): Promise<Segmentation> {
  const { margin, partsMode, sliceStep } = { ...DEFAULTS, ...options }
  const view = axialView(scan)
  const [columns, rows] = view.size
  const plans = planOrgans(view, requests, margin, partsMode, sliceStep)
  const slices = plannedSlices(plans)
  const labels = emptyLabels(scan, requests)
  const iouPredictions = plans.map((): number[] => [])
  const early = onEarlyMask === undefined ? null : keepEarlyMasks(scan, labels, view, sliceStep)
  let encoderRuns = 0
  let decoderRuns = 0

  for (const [done, slice] of slices.entries()) {
    const canvas: SliceCanvas = { scan, labels, view, slice, worth: new Float32Array(columns * rows) }
    for (const [windowHu, organs] of byWindow(plans, slice, segmenter.windowHu)) {
      throwIfCancelled(signal)
      const embedding = await segmenter.encodeSlice(windowSlice(scan.data, view, slice, windowHu))
      encoderRuns += 1
      for (const { index, box, reach, height } of organs) {
        throwIfCancelled(signal)
        const mask = await segmenter.decodeBox(embedding, box, regionAround(reach, columns, rows))
        decoderRuns += 1
        iouPredictions[index].push(mask.iouPrediction)
        const { structure, prior } = requests[index]
        const weigh = prior === undefined ? null : weighWithPrior(oddsOnSlice(prior, box, height))
        paintMask(canvas, mask, structure.labelValue, weigh)
      }
    }
    onProgress?.(
      done + 1,
      slices.length,
      plans.filter(({ sampled }) => sampled.has(slice)).map(({ request }) => request.structure.name),
    )
    for (const [index, plan] of plans.entries()) {
      if (early === null || Math.max(...plan.sampled) !== slice) continue
      throwIfCancelled(signal)
      await onEarlyMask?.(await early.add(plan, iouPredictions[index]))
    }
  }
  throwIfCancelled(signal)
  if (sliceStep > 1) await fillBetweenSlices(labels.data, view, plans)
  const structures = finishMasks(scan, labels, view, plans, iouPredictions)
  return { labels, structures, encoderRuns, decoderRuns }
}

function emptyLabels({ data, size, affine }: Volume, requests: readonly SlicePlanRequest[]): Segmentation['labels'] {
  const largest = Math.max(0, ...requests.map(({ structure }) => structure.labelValue))
  return { data: largest > 255 ? new Uint16Array(data.length) : new Uint8Array(data.length), size, affine }
}

interface OrganOnSlice {
  readonly index: number
  readonly box: PixelBox
  readonly reach: PixelBox
  /** Of the slice within the organ, lowest 0, highest 1. */
  readonly height: number
}

/** The organs of a slice, those that are shown in the same window together. */
function byWindow(plans: readonly OrganPlan[], slice: number, standard: WindowHu): [WindowHu, OrganOnSlice[]][] {
  const groups = new Map<string, [WindowHu, OrganOnSlice[]]>()
  plans.forEach(({ request, boxes, reach, sampled }, index) => {
    const [box, reached] = [boxes.get(slice), reach.get(slice)]
    if (box === undefined || reached === undefined || !sampled.has(slice)) return
    const [lowest] = boxes.keys()
    const organ = { index, box, reach: reached, height: (slice - lowest + 0.5) / boxes.size }
    const windowHu = request.windowHu ?? standard
    const key = `${windowHu.level}/${windowHu.width}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [windowHu, [organ]])
    else group[1].push(organ)
  })
  return [...groups.values()]
}
