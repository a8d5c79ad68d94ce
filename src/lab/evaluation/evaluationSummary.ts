import { mapSides, type ExtremeSide } from '../../shared/geometry/points.js'
import type { StructureScore } from './scoreStructure.js'
import { bootstrapInterval, mean, summarize, type Summary } from '../../engine/numeric/statistics.js'

/** The measures that are summed up over cases. */
export const METRICS = [
  'dice',
  'surfaceDice',
  'hd95Mm',
  'boxIou',
  'wallDistanceMm',
  'volumeErrorMl',
  'volumeErrorPercent',
] as const

/** One of {@link METRICS}. */
export type Metric = (typeof METRICS)[number]

/** The scores of one case. */
export interface CaseScores {
  readonly id: string
  readonly scores: readonly StructureScore[]
}

/** One structure over all cases. */
export interface StructureSummary {
  readonly structure: string
  readonly toleranceMm: number
  /** Cases whose truth has it: those that count. The key is that of evaluation.json. */
  readonly drawn: number
  /** Of these, where nothing was predicted; they count with DSC, surface Dice and box overlap 0. */
  readonly missed: number
  /** Cases in which it was predicted but is not in the truth. */
  readonly extra: number
  readonly metrics: Readonly<Record<Metric, Summary | null>>
  /** Signed wall errors. */
  readonly walls: Readonly<Record<ExtremeSide, Summary | null>>
}

/** A measure averaged over structures, with an interval over cases. */
export interface MeanOverStructures {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Everything that is said about a set of cases. */
export interface EvaluationSummary {
  readonly structures: readonly StructureSummary[]
  /** Mean over structures of their means, as the paper's last row; null when nothing was measured. */
  readonly overall: Readonly<Record<Metric, MeanOverStructures | null>>
}

/** Sums scores up per structure, in the order in which the structures first occur. */
export function summarizeCases(cases: readonly CaseScores[], seed: number): EvaluationSummary {
  const names = [...new Set(cases.flatMap(({ scores }) => scores.map(({ structure }) => structure)))]
  const structures = names.map((structure): StructureSummary => {
    const all = cases.flatMap(({ scores }) => scores.filter((score) => score.structure === structure))
    const count = (outcome: StructureScore['outcome']): number =>
      all.filter((score) => score.outcome === outcome).length
    return {
      structure,
      toleranceMm: all[0].toleranceMm,
      drawn: count('scored') + count('missed'),
      missed: count('missed'),
      extra: count('extra'),
      metrics: eachMetric((metric) =>
        summarize(
          all.flatMap((score) => score[metric] ?? []),
          seed,
        ),
      ),
      walls: mapSides((side) =>
        summarize(
          all.flatMap(({ wallErrorsMm, cutSides }) =>
            wallErrorsMm === null || cutSides.includes(side) ? [] : [wallErrorsMm[side]],
          ),
          seed,
        ),
      ),
    }
  })
  return { structures, overall: eachMetric((metric) => overStructures(cases, names, metric, seed)) }
}

/** Mean over structures of their mean over cases; whole cases are sampled again for the interval, since organs of one case go together. */
function overStructures(
  cases: readonly CaseScores[],
  names: readonly string[],
  metric: Metric,
  seed: number,
): MeanOverStructures | null {
  const values = names.map((name) =>
    cases.map(({ scores }) => scores.find(({ structure }) => structure === name)?.[metric] ?? null),
  )
  const statistic = (sampled: readonly number[]): number => {
    const means = values
      .map((column) => mean(sampled.flatMap((i) => column[i] ?? [])))
      .filter((value) => !Number.isNaN(value))
    return mean(means)
  }
  const value = statistic(cases.map((_, i) => i))
  if (Number.isNaN(value)) return null
  const [low, high] = bootstrapInterval(cases.length, statistic, seed)
  return { mean: value, low, high }
}

function eachMetric<T>(of: (metric: Metric) => T): Record<Metric, T> {
  return {
    dice: of('dice'),
    surfaceDice: of('surfaceDice'),
    hd95Mm: of('hd95Mm'),
    boxIou: of('boxIou'),
    wallDistanceMm: of('wallDistanceMm'),
    volumeErrorMl: of('volumeErrorMl'),
    volumeErrorPercent: of('volumeErrorPercent'),
  }
}
