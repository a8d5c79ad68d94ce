import { z } from 'zod'
import { mean, median } from '../../engine/numeric/statistics.js'
import { scoreStructures } from '../evaluation/scoreStructure.js'
import { testImage } from '../../engine/models/providers/testProviders.js'
import { segmentScan } from '../../engine/sam/segmentScan.js'
import { boxPrompt } from '../../engine/sam/prompts/prompt.js'
import type { Segmenter } from '../../engine/sam/segmenter.js'
import { readScan } from '../../engine/scanFiles/readScan.js'
import type { LabelledDataset } from './labelledDataset.js'
import { JITTER_PIXELS, manualBoxes } from './truth/manualBoxes.js'
import { readTruth } from './truth/readTruth.js'

/** Runs that are timed, after one that is not. */
const RUNS = 10
/** Of the manual boxes' random walls. */
const SEED = 2023

/** Schema of what a segmenter costs and brings on this machine. */
export const segmenterMeasurementSchema = z
  .object({
    /** Provider that really ran. */
    provider: z.string(),
    providerNote: z.string().nullable(),
    loadSeconds: z.number(),
    /** Medians of ten runs after a warm-up. */
    encodeMs: z.number(),
    decodeMs: z.number(),
    /** Most memory of the process before any scan was read, in MB. */
    peakMb: z.number(),
    /** Mean over scans and structures inside the paper's manual boxes; null without data. */
    dice: z.number().nullable(),
    scans: z.int(),
  })
  .readonly()

/** What a segmenter costs and brings on this machine. */
export type SegmenterMeasurement = z.infer<typeof segmenterMeasurementSchema>

/** What to measure masks on. */
export interface MeasureData {
  readonly dataset: LabelledDataset
  readonly scans: number
  /** Every Nth slice is segmented and what lies between is interpolated. */
  readonly sliceStep: number
}

/**
 * Measures a segmenter in this process, which should have done nothing else before: memory is the process's peak.
 * @param open loads it
 */
export async function measureSegmenter(
  open: () => Promise<Segmenter>,
  data: MeasureData | null,
  onScan?: (done: number, total: number) => void,
): Promise<SegmenterMeasurement> {
  const started = performance.now()
  const segmenter = await open()
  const loadSeconds = (performance.now() - started) / 1000
  try {
    const image = testImage()
    const whole = { x0: 0, y0: 0, x1: image.width, y1: image.height }
    const box = { x0: 60, y0: 60, x1: 120, y1: 120 }
    let embedding = await segmenter.encodeTile(image)
    const encodeMs = await medianMs(async () => {
      embedding = await segmenter.encodeTile(image)
    })
    await segmenter.decode(embedding, boxPrompt(box), whole)
    const decodeMs = await medianMs(() => segmenter.decode(embedding, boxPrompt(box), whole))
    const peakMb = process.resourceUsage().maxRSS / 1024
    const { provider, providerNote } = segmenter
    const dices = data === null ? [] : await manualBoxDice(segmenter, data, onScan)
    return {
      provider,
      providerNote,
      loadSeconds,
      encodeMs,
      decodeMs,
      peakMb,
      dice: dices.length === 0 ? null : mean(dices),
      scans: data === null ? 0 : Math.min(data.scans, data.dataset.scans.length),
    }
  } finally {
    await segmenter.release()
  }
}

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now()
    await run()
    times.push(performance.now() - started)
  }
  return median(times)
}

/** Dice of every structure of the truth, inside boxes as a user would draw them on every slice. */
async function manualBoxDice(
  segmenter: Segmenter,
  { dataset, scans, sliceStep }: MeasureData,
  onScan?: (done: number, total: number) => void,
): Promise<number[]> {
  const dices: number[] = []
  const chosen = dataset.scans.slice(0, scans)
  for (const [done, { id, scan: file, labels }] of chosen.entries()) {
    onScan?.(done, chosen.length)
    const scan = await readScan(file)
    const truth = await readTruth({ scan: file, labels }, scan)
    const boxes = manualBoxes(truth, dataset.structures, id, SEED, JITTER_PIXELS)
    const requests = boxes.map(({ name, labelValue, partsMm = [] }) => ({
      structure: { name, labelValue },
      boxesMm: partsMm,
      onePiece: false,
    }))
    const masks = await segmentScan(scan, requests, segmenter, { partsMode: 'union', sliceStep })
    const scores = scoreStructures(
      masks.labels,
      truth,
      boxes.map(({ name, labelValue }) => ({ name, labelValue, predictedValue: labelValue, toleranceMm: 2 })),
    )
    dices.push(...scores.flatMap(({ dice }) => dice ?? []))
  }
  onScan?.(chosen.length, chosen.length)
  return dices
}
