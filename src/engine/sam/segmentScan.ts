import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { axialView, type AxialView } from './slices/axialView.js'
import { keepEarlyMasks, type EarlyMask } from './masks/earlyMasks.js'
import { fillBetweenSlices } from './masks/fillBetween.js'
import { finishOrgans, type StructureMask } from './masks/finish.js'
import type { MaskLogits, SliceEmbedding } from './exports/exportLayout.js'
import type { BoxMargin } from './prompts/margin.js'
import { regionAround, windowSlice, type PixelBox, type PixelRegion, type WindowHu } from './slices/sliceImage.js'
import { plannedSlices, planOrgans, type OrganPlan, type SlicePlanRequest } from './slicePlan.js'
import type { Segmenter } from './segmenter.js'
import { unionPixels, type PartsMode } from './prompts/sliceBoxes.js'
import { oddsOnSlice } from './prior/templatesPrior.js'

/** How to segment; what is absent takes {@link SEGMENT_DEFAULTS}. */
export interface SegmentOptions {
  /** Growth of the boxes before they become prompts. */
  readonly margin: BoxMargin
  /** Boxes of parts: their union per slice, or walls interpolated between their middles. */
  readonly partsMode: PartsMode
  /** Run the networks on every Nth slice and interpolate the contours between. */
  readonly sliceStep: number
  /** Show the model only the slice's boxes with this much around them, in mm; null shows the whole slice. */
  readonly contextMm: number | null
  /** Prompt once more with the box of the first mask, on the same embedding. */
  readonly tighten: boolean
}

/**
 * Chosen by `bench/segmentation.ts` on head and neck: margins only lower Dice, also when walls are off by
 * 4 mm; walls interpolated between parts beat their union; a second prompt gains nothing. Showing 40 mm
 * around the boxes gains 0.01 to 0.03, but then an organ's mask depends on which others are asked for.
 */
export const SEGMENT_DEFAULTS: SegmentOptions = {
  margin: { unit: 'mm', values: [0, 0, 0] },
  partsMode: 'interpolate',
  sliceStep: 1,
  contextMm: null,
  tighten: false,
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
 * Where masks overlap, the larger logit wins, or, of organs whose templates were drawn, the larger log odds.
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
  const { margin, partsMode, sliceStep, contextMm, tighten } = { ...SEGMENT_DEFAULTS, ...options }
  const view = axialView(scan)
  const plans = planOrgans(view, requests, margin, partsMode, sliceStep)
  const slices = plannedSlices(plans)
  const labels = emptyLabels(scan, requests)
  const iouPredictions = plans.map((): number[] => [])
  const early = onEarlyMask === undefined ? null : keepEarlyMasks(scan, labels, view, sliceStep)
  let encoderRuns = 0
  let decoderRuns = 0

  for (const [done, slice] of slices.entries()) {
    const best = new Float32Array(view.size[0] * view.size[1])
    for (const [windowHu, organs] of byWindow(plans, slice, segmenter.windowHu)) {
      throwIfCancelled(signal)
      const shown = shownRegion(
        view,
        organs.map(({ box }) => box),
        contextMm,
      )
      const embedding = await segmenter.encodeSlice(windowSlice(scan.data, view, slice, shown, windowHu))
      encoderRuns += 1
      for (const { index, box, reach, height } of organs) {
        throwIfCancelled(signal)
        const region = regionAround(moved(reach, -shown.x0, -shown.y0), shown.x1 - shown.x0, shown.y1 - shown.y0)
        const decoded = await decodeOrgan(
          segmenter,
          embedding,
          moved(box, -shown.x0, -shown.y0),
          region,
          tighten,
          signal,
        )
        decoderRuns += decoded.runs
        iouPredictions[index].push(decoded.mask.iouPrediction)
        const mask = { ...decoded.mask, region: moved(decoded.mask.region, shown.x0, shown.y0) }
        const { structure, appearance } = requests[index]
        const weigh = appearance === undefined ? null : weighMask(oddsOnSlice(appearance, box, height))
        paint(scan, labels, best, view, slice, mask, structure.labelValue, weigh)
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
  const structures = finishOrgans(scan, labels, view, plans, iouPredictions)
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

function shownRegion(
  { size, spacingMm }: AxialView,
  boxes: readonly PixelBox[],
  contextMm: number | null,
): PixelRegion {
  const [columns, rows] = size
  if (contextMm === null) return { x0: 0, y0: 0, x1: columns, y1: rows }
  const { x0, y0, x1, y1 } = boxes.reduce(unionPixels)
  const [x, y] = [contextMm / spacingMm[0], contextMm / spacingMm[1]]
  return regionAround({ x0: x0 - x, y0: y0 - y, x1: x1 + x, y1: y1 + y }, columns, rows)
}

async function decodeOrgan(
  segmenter: Segmenter,
  embedding: SliceEmbedding,
  box: PixelBox,
  region: PixelRegion,
  tighten: boolean,
  signal: AbortSignal | undefined,
): Promise<{ readonly mask: MaskLogits; readonly runs: number }> {
  const mask = await segmenter.decodeBox(embedding, box, region)
  const tight = tighten ? boxOfMask(mask) : null
  if (tight === null) return { mask, runs: 1 }
  throwIfCancelled(signal)
  return { mask: await segmenter.decodeBox(embedding, tight, region), runs: 2 }
}

/** The box of a mask, on pixel edges; null when the mask is empty. */
function boxOfMask({ region, data }: MaskLogits): PixelBox | null {
  const width = region.x1 - region.x0
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  data.forEach((logit, i) => {
    if (logit <= 0) return
    const x = region.x0 + (i % width)
    const y = region.y0 + Math.floor(i / width)
    x0 = Math.min(x0, x)
    y0 = Math.min(y0, y)
    x1 = Math.max(x1, x + 1)
    y1 = Math.max(y1, y + 1)
  })
  return x1 > x0 ? { x0, y0, x1, y1 } : null
}

function moved(box: PixelBox, dx: number, dy: number): PixelBox {
  return { x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy }
}

/** A voxel's worth for an organ, above 0 inside it, from the model's logit, its place and its HU. */
type Weigh = (logit: number, x: number, y: number, hu: number) => number

/**
 * How much the model's logit counts beside the templates' log odds, and what both together must exceed. A
 * logit says little about boxes that are some millimetres off: chosen on `dev` scans.
 */
const MODEL_WEIGHT = 0.1
const MOST_LOGIT = 6
const BAR = 0.5

function weighMask(odds: (x: number, y: number, hu: number) => number): Weigh {
  return (logit, x, y, hu) => MODEL_WEIGHT * Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit)) + odds(x, y, hu) - BAR
}

/** Writes a mask into the label map wherever it is inside and more certain than what is there. */
function paint(
  scan: Volume<Int16Array | Float32Array>,
  labels: Segmentation['labels'],
  best: Float32Array,
  view: AxialView,
  slice: number,
  { region, data }: MaskLogits,
  labelValue: number,
  weigh: Weigh | null,
): void {
  const [columnStride, rowStride, sliceStride] = view.strides
  let i = 0
  for (let y = region.y0; y < region.y1; y++) {
    for (let x = region.x0; x < region.x1; x++, i++) {
      const pixel = y * view.size[0] + x
      const voxel = view.origin + x * columnStride + y * rowStride + slice * sliceStride
      const worth = weigh === null ? data[i] : weigh(data[i], x, y, scan.data[voxel])
      // Equal worth goes to the smaller label, so that the order of requests never matters.
      if (worth < best[pixel] || worth <= 0 || (worth === best[pixel] && labels.data[voxel] < labelValue)) continue
      best[pixel] = worth
      labels.data[voxel] = labelValue
    }
  }
}
