import { scoresTable } from '../../evaluation/scoreTables.js'
import { writeOwnFolder } from '../../../shared/node/ownFolder.js'
import {
  confidencePoints,
  maskColumns,
  missedStructures,
  scoresOf,
  summaryOf,
  type Protocol,
} from '../benchmarkTables.js'
import type { Benchmark } from '../benchmarkTypes.js'
import { AUTOMATIC } from '../variants.js'
import { benchmarkTables } from '../writeBenchmark.js'
import { bestAndWorst } from './bestAndWorst.js'
import { blandAltman, boxPlots, confidenceScatter, meanBars, type BoxPoint, type VolumePair } from './charts.js'
import { reportHtml, type Chart } from './reportHtml.js'

/** Name of the report in its folder. */
export const REPORT_FILE = 'report.html'

/**
 * Writes `report.html`, which opens anywhere without a network.
 * @throws MedlsamError `output`, also when one is there that is not ours and `force` is not set
 */
export async function writeReport(
  folder: string,
  benchmark: Benchmark,
  protocol: Protocol,
  force?: boolean,
): Promise<void> {
  const segmenter = benchmark.segmenters[0] ?? null
  const own = scoresOf(benchmark, { variant: AUTOMATIC.id, segmenter }, 'deploy')
  const text = reportHtml({
    benchmark,
    tables: [...benchmarkTables(benchmark, protocol).values()],
    charts: await drawCharts(benchmark),
    shown: await bestAndWorst(benchmark),
    scores: scoresTable(own),
    failures: [...benchmark.failures, ...missedStructures(benchmark)],
  })
  await writeOwnFolder(folder, new Map([[REPORT_FILE, text]]), force)
}

async function drawCharts(benchmark: Benchmark): Promise<Chart[]> {
  const segmenter = benchmark.segmenters[0] ?? null
  const { structures } = summaryOf(benchmark, { variant: AUTOMATIC.id, segmenter }, 'deploy')
  const bars = structures.flatMap(({ structure, metrics: { boxIou } }) =>
    boxIou === null ? [] : [{ structure, mean: boxIou.mean, low: boxIou.low, high: boxIou.high }],
  )
  const columns = maskColumns(benchmark)
  const dice = benchmark.cases.flatMap(({ results }) =>
    columns.flatMap(({ variant, segmenter: by, title }): BoxPoint[] =>
      (results.find((result) => result.variant === variant && result.segmenter === by)?.deploy ?? []).flatMap(
        ({ structure, dice: value }) => (value === null ? [] : [{ structure, column: title, value: 100 * value }]),
      ),
    ),
  )
  const own = benchmark.cases.flatMap(
    ({ results }) =>
      results.find((result) => result.variant === AUTOMATIC.id && result.segmenter === segmenter)?.deploy ?? [],
  )
  const walls = own.flatMap(({ structure, wallDistanceMm: value }): BoxPoint[] =>
    value === null ? [] : [{ structure, column: AUTOMATIC.title, value }],
  )
  const volumes = own.flatMap(({ structure, outcome, truthMl, volumeMl }): VolumePair[] =>
    outcome === 'scored' ? [{ structure, truthMl, volumeMl }] : [],
  )
  const points = confidencePoints(benchmark)
  return [
    ...(bars.length === 0
      ? []
      : [
          {
            title: 'Box IoU per organ',
            note: 'Mean over cases with its 95 % interval, as figure 5 of the paper.',
            svg: await meanBars(bars, 'mean box IoU'),
          },
        ]),
    ...(dice.length === 0
      ? []
      : [
          {
            title: 'DSC per organ',
            note: 'Every slice counts; what was missed counts as 0. Boxes hold the middle half of the cases.',
            svg: await boxPlots(
              dice,
              'DSC, %',
              columns.map(({ title }) => title),
            ),
          },
        ]),
    ...(walls.length === 0
      ? []
      : [
          {
            title: 'Wall distance per organ',
            note: 'Mean absolute error of the walls of the boxes found.',
            svg: await boxPlots(walls, 'wall distance, mm', [AUTOMATIC.title]),
          },
        ]),
    ...(volumes.length === 0
      ? []
      : [
          {
            title: 'Volumes (Bland and Altman)',
            note: `Masks of ${segmenter} in the boxes found; lines show the mean difference and 1.96 standard deviations on both sides.`,
            svg: await blandAltman(volumes),
          },
        ]),
    ...(points.length === 0
      ? []
      : [
          {
            title: 'Confidence against error',
            note: 'One point per structure that was found.',
            svg: await confidenceScatter(points),
          },
        ]),
  ]
}
