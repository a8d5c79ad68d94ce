import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import type { Summary } from '../../engine/numeric/statistics.js'
import {
  METRICS,
  type CaseScores,
  type EvaluationSummary,
  type MeanOverStructures,
  type Metric,
} from './evaluationSummary.js'
import { words, type Cell, type Table } from '../../shared/figureTable.js'

/** How each measure is called and written. */
const METRIC_WORDS: Readonly<
  Record<Metric, { readonly title: string; readonly digits: number; readonly factor: number }>
> = {
  dice: { title: 'DSC %', digits: 1, factor: 100 },
  surfaceDice: { title: 'surface Dice %', digits: 1, factor: 100 },
  hd95Mm: { title: 'HD95 mm', digits: 1, factor: 1 },
  boxIou: { title: 'box IoU %', digits: 1, factor: 100 },
  wallDistanceMm: { title: 'wall distance mm', digits: 1, factor: 1 },
  volumeErrorMl: { title: 'volume error ml', digits: 1, factor: 1 },
  volumeErrorPercent: { title: 'volume error %', digits: 0, factor: 1 },
}

/** Mean and standard deviation over cases as `mean ± std`; a dash where there is nothing. */
export function meanCell(metric: Metric, summary: Summary | null): Cell {
  if (summary === null) return words('–')
  const { digits, factor } = METRIC_WORDS[metric]
  const [value, std] = [factor * summary.mean, factor * summary.std]
  return { text: `${value.toFixed(digits)} ± ${std.toFixed(digits)}`, value, std }
}

/** A mean over structures. */
export function overallCell(metric: Metric, overall: MeanOverStructures | null): Cell {
  if (overall === null) return words('–')
  const { digits, factor } = METRIC_WORDS[metric]
  return { text: (factor * overall.mean).toFixed(digits), value: factor * overall.mean }
}

/** Structures down, measures across: mean ± standard deviation over cases. */
export function summaryTable({ structures, overall }: EvaluationSummary, title: string): Table {
  return {
    title,
    columns: ['structure', 'cases', 'missed', 'extra', ...METRICS.map((metric) => METRIC_WORDS[metric].title)],
    rows: [
      ...structures.map(({ structure, drawn, missed, extra, metrics }) => [
        words(structure),
        ...[drawn, missed, extra].map((value) => ({ text: String(value), value })),
        ...METRICS.map((metric) => meanCell(metric, metrics[metric])),
      ]),
      [
        words('mean over structures'),
        words(''),
        words(''),
        words(''),
        ...METRICS.map((metric) => overallCell(metric, overall[metric])),
      ],
    ],
    footRows: 1,
    note: 'Mean ± standard deviation over the cases whose truth has a structure; missed ones count as DSC, surface Dice and box IoU 0 and have no distance. Extra: found where the truth does not have it, which counts as 0 too where the truth is said to be complete, and not at all elsewhere.',
  }
}

/** Every statistic of every measure, one a row. */
export function statisticsTable({ structures, overall }: EvaluationSummary): Table {
  const row = (structure: string, measure: string, s: Summary | null): Cell[] =>
    s === null
      ? []
      : [
          words(structure),
          words(measure),
          ...[s.n, s.mean, s.std, s.median, s.low, s.high].map((value) => ({ text: value.toFixed(3), value })),
        ]
  return {
    title: 'All statistics',
    columns: ['structure', 'measure', 'n', 'mean', 'std', 'median', 'mean_low_95', 'mean_high_95'],
    rows: [
      ...structures.flatMap(({ structure, metrics, walls }) => [
        ...METRICS.map((metric) => row(structure, snake(metric), metrics[metric])),
        ...EXTREME_SIDES.map((side) => row(structure, `wall_${side}_mm`, walls[side])),
      ]),
      ...METRICS.map((metric) => {
        const all = overall[metric]
        return all === null
          ? []
          : [
              words('mean over structures'),
              words(snake(metric)),
              words(''),
              ...[all.mean].map((value) => ({ text: value.toFixed(3), value })),
              words(''),
              words(''),
              ...[all.low, all.high].map((value) => ({ text: value.toFixed(3), value })),
            ]
      }),
    ].filter((cells) => cells.length > 0),
    note: '95 % intervals of the mean by bootstrap over cases. Walls: positive lies outside of the true one.',
  }
}

/** One row per case and structure, everything that was measured. */
export function scoresTable(cases: readonly CaseScores[]): Table {
  const number = (value: number | null): Cell => (value === null ? words('') : { text: value.toFixed(3), value })
  return {
    title: 'Scores per case and structure',
    columns: [
      'case',
      'structure',
      'outcome',
      ...METRICS.map(snake),
      'tolerance_mm',
      'volume_ml',
      'truth_ml',
      ...EXTREME_SIDES.map((side) => `wall_${side}_mm`),
      'cut_sides',
      'reason',
    ],
    rows: cases.flatMap(({ id, scores }) =>
      scores
        .filter(({ outcome }) => outcome !== 'absent')
        .map((score) => [
          words(id),
          words(score.structure),
          words(score.outcome),
          ...METRICS.map((metric) => number(score[metric])),
          number(score.toleranceMm),
          number(score.volumeMl),
          number(score.truthMl),
          ...EXTREME_SIDES.map((side) => number(score.wallErrorsMm?.[side] ?? null)),
          words(score.cutSides.join(' ')),
          words(score.reason ?? ''),
        ]),
    ),
  }
}

function snake(metric: string): string {
  return metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
