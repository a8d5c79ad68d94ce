import type { ReliabilityStep } from './templateBank.js'

/** A box whose walls are off by no more than this on average counts as within. */
export const WITHIN_MM = 5
/** So many boxes make a step: with fewer, one box more or less would move its share by over 4 %. */
const LEAST_BOXES = 25
const MOST_STEPS = 8

/** A box that was found where the true one is known. */
export interface MeasuredBox {
  readonly confidence: number
  /** Mean absolute error of its walls. */
  readonly errorMm: number
}

/**
 * What confidences are worth: boxes of like confidence in steps of equal number, whose shares are made to rise with
 * confidence (pool adjacent violators: Ayer et al., Annals of Mathematical Statistics 1955). Empty for fewer than 25 boxes.
 */
export function reliabilityOf(measured: readonly MeasuredBox[]): readonly ReliabilityStep[] {
  const sorted = measured.toSorted((a, b) => a.confidence - b.confidence)
  const steps = Math.min(MOST_STEPS, Math.floor(sorted.length / LEAST_BOXES))
  const rising: ReliabilityStep[] = []
  for (let step = 0; step < steps; step++) {
    const from = Math.round((step * sorted.length) / steps)
    const to = Math.round(((step + 1) * sorted.length) / steps)
    let pooled = stepOf(sorted.slice(from, to))
    for (let last = rising.at(-1); last !== undefined && last.withinShare >= pooled.withinShare; last = rising.at(-1)) {
      pooled = pool(last, pooled)
      rising.pop()
    }
    rising.push(pooled)
  }
  return rising.map((step) => ({
    ...step,
    confidence: rounded(step.confidence),
    withinShare: rounded(step.withinShare),
  }))
}

/** Share of boxes within 5 mm to expect at a confidence, between the steps beside it; null where nothing was measured. */
export function withinShareAt(reliability: readonly ReliabilityStep[], confidence: number): number | null {
  const above = reliability.findIndex((step) => step.confidence >= confidence)
  if (above === -1) return reliability.at(-1)?.withinShare ?? null
  const high = reliability[above]
  if (above === 0) return high.withinShare
  const low = reliability[above - 1]
  const way = (confidence - low.confidence) / (high.confidence - low.confidence)
  return low.withinShare + way * (high.withinShare - low.withinShare)
}

function stepOf(boxes: readonly MeasuredBox[]): ReliabilityStep {
  return {
    confidence: boxes.reduce((sum, { confidence }) => sum + confidence, 0) / boxes.length,
    withinShare: boxes.filter(({ errorMm }) => errorMm <= WITHIN_MM).length / boxes.length,
    boxes: boxes.length,
  }
}

const rounded = (value: number): number => Math.round(1000 * value) / 1000

function pool(a: ReliabilityStep, b: ReliabilityStep): ReliabilityStep {
  const boxes = a.boxes + b.boxes
  const weighted = (of: (step: ReliabilityStep) => number): number => (of(a) * a.boxes + of(b) * b.boxes) / boxes
  return {
    confidence: weighted(({ confidence }) => confidence),
    withinShare: weighted(({ withinShare }) => withinShare),
    boxes,
  }
}
