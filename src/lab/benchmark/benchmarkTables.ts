import { meanCell, overallCell } from '../evaluation/scoreTables.js'
import type { StructureScore } from '../evaluation/scoreStructure.js'
import { mean, spearman } from '../../engine/numeric/statistics.js'
import { summarizeCases, type CaseScores, type EvaluationSummary } from '../evaluation/evaluationSummary.js'
import { words, type Cell, type Table } from '../../shared/figureTable.js'
import type { Benchmark } from './benchmarkTypes.js'
import type { CaseResult } from './caseTypes.js'
import { ABLATIONS, ablationVariants, EXACT, AUTOMATIC } from './variants.js'

/**
 * Which slices count. `deploy`: all of them, as for a user of the tool. `paper`: as in the paper, those
 * with enough of the true structure, which gives higher figures. Both words are those of `--protocol` and of the
 * keys and columns of results, so they stay as they are.
 */
export const PROTOCOLS = ['deploy', 'paper'] as const

/** One of {@link PROTOCOLS}. */
export type Protocol = (typeof PROTOCOLS)[number]

/** One column of masks: a source of boxes and a segmenter. */
export interface Column {
  readonly variant: string
  readonly segmenter: string | null
  readonly title: string
}

/** The columns of the paper's tables 2 and 3: automatic boxes with each segmenter, then manual ones, then exact ones. */
export function maskColumns({ variants, segmenters }: Benchmark): Column[] {
  return variants
    .filter(({ variant }) => [AUTOMATIC.id, 'manual', 'exact'].includes(variant.id))
    .flatMap(({ variant }) =>
      segmenters.map((segmenter) => ({ variant: variant.id, segmenter, title: `${variant.title} + ${segmenter}` })),
    )
}

/** Everything that was run, one column each: also ablations, and boxes without masks. */
export function allColumns({ variants, segmenters }: Benchmark): Pick<Column, 'variant' | 'segmenter'>[] {
  return variants.flatMap(({ variant, masks }) =>
    (masks ? segmenters : [null]).map((segmenter) => ({ variant: variant.id, segmenter })),
  )
}

/** Scores of one column by case. */
export function scoresOf(
  { cases }: Benchmark,
  { variant, segmenter }: Pick<Column, 'variant' | 'segmenter'>,
  protocol: Protocol,
): CaseScores[] {
  return cases.map(({ id, results }) => ({
    id,
    scores: results.find((result) => result.variant === variant && result.segmenter === segmenter)?.[protocol] ?? [],
  }))
}

/** Summary of one column. */
export function summaryOf(
  benchmark: Benchmark,
  column: Pick<Column, 'variant' | 'segmenter'>,
  protocol: Protocol,
): EvaluationSummary {
  return summarizeCases(scoresOf(benchmark, column, protocol), benchmark.seed)
}

/** Tables 2 and 3 of the paper: DSC in %, organs down, boxes and segmenters across, and how near automatic boxes come to manual ones. */
export function segmentationTable(benchmark: Benchmark, protocol: Protocol): Table {
  const columns = maskColumns(benchmark)
  const summaries = columns.map((column) => summaryOf(benchmark, column, protocol))
  const shares = benchmark.segmenters.map((segmenter) => {
    const of = (variant: string): number =>
      columns.findIndex((column) => column.variant === variant && column.segmenter === segmenter)
    return { title: `${AUTOMATIC.title} / manual, ${segmenter} %`, automatic: of(AUTOMATIC.id), manual: of('manual') }
  })
  const row = (title: string, cells: readonly Cell[], means: readonly (number | undefined)[]): Cell[] => [
    words(title),
    ...withBest(cells, (i) => columns[i].variant !== EXACT.id),
    ...shares.map(({ automatic, manual }) => share(means[automatic], means[manual])),
  ]
  return {
    title: `Segmentation, DSC in %, ${protocolWords(benchmark, protocol)}`,
    columns: ['organ', 'cases', ...columns.map(({ title }) => title), ...shares.map(({ title }) => title)],
    rows: [
      ...benchmark.structures.map(({ name }) => {
        const own = summaries.map(({ structures }) => structures.find(({ structure }) => structure === name))
        const [title, ...cells] = row(
          name,
          own.map((summary) => meanCell('dice', summary?.metrics.dice ?? null)),
          own.map((summary) => summary?.metrics.dice?.mean),
        )
        return [title, count(own[0]?.drawn ?? 0), ...cells]
      }),
      (() => {
        const [title, ...cells] = row(
          'mean over organs',
          summaries.map(({ overall }) => overallCell('dice', overall.dice)),
          summaries.map(({ overall }) => overall.dice?.mean),
        )
        return [title, words(''), ...cells]
      })(),
    ],
    footRows: 1,
    note: `Mean ± standard deviation over cases; the best of a row in bold, exact boxes aside. Manual boxes are those of the true organ per slice, walls moved out by 0 to 20 pixels of 1024 (seed ${benchmark.seed}); exact ones are not moved. What was not found counts as 0.`,
  }
}

function withBest(cells: readonly Cell[], compared: (column: number) => boolean): Cell[] {
  const best = Math.max(...cells.flatMap(({ value }, i) => (compared(i) ? (value ?? []) : [])))
  return cells.map((cell, i) => (compared(i) && cell.value === best ? { ...cell, best: true } : cell))
}

function share(part: number | undefined, whole: number | undefined): Cell {
  if (part === undefined || whole === undefined || whole === 0) return words('–')
  return { text: ((100 * part) / whole).toFixed(0), value: (100 * part) / whole }
}

/** The protocol as words. */
export function protocolWords({ minPixels }: Benchmark, protocol: Protocol): string {
  switch (protocol) {
    case 'deploy':
      return 'every slice counts'
    case 'paper':
      return `slices with less than ${minPixels} pixels of the true organ left out`
  }
}

/** Figure 5 of the paper and more: box IoU and wall distance per organ. */
export function localizationTable(benchmark: Benchmark): Table {
  const { structures, overall } = summaryOf(
    benchmark,
    { variant: AUTOMATIC.id, segmenter: benchmark.segmenters[0] ?? null },
    'deploy',
  )
  const own = benchmark.cases.flatMap(({ results }) => results.find(({ variant }) => variant === AUTOMATIC.id) ?? [])
  const isMissing =
    (name: string) =>
    ({ structures: found, deploy }: CaseResult): boolean =>
      deploy.some(({ structure, truthMl }) => structure === name && truthMl > 0) &&
      found.some((structure) => structure.name === name && structure.status !== 'found')
  return {
    title: 'Localization: boxes as found against those of the truth',
    columns: [
      'organ',
      'cases',
      'not found',
      'box IoU %',
      'wall distance mm',
      'median',
      'right',
      'left',
      'posterior',
      'anterior',
      'inferior',
      'superior',
    ],
    rows: [
      ...structures.map(({ structure, drawn, metrics, walls }) => {
        const missing = own.filter(isMissing(structure)).length
        const signed = [walls.right, walls.left, walls.posterior, walls.anterior, walls.inferior, walls.superior]
        return [
          words(structure),
          count(drawn),
          count(missing),
          meanCell('boxIou', metrics.boxIou),
          meanCell('wallDistanceMm', metrics.wallDistanceMm),
          metrics.wallDistanceMm === null
            ? words('–')
            : { text: metrics.wallDistanceMm.median.toFixed(1), value: metrics.wallDistanceMm.median },
          ...signed.map((wall) =>
            wall === null
              ? words('–')
              : { text: `${wall.mean > 0 ? '+' : ''}${wall.mean.toFixed(1)}`, value: wall.mean },
          ),
        ]
      }),
      [
        words('mean over organs'),
        words(''),
        words(''),
        overallCell('boxIou', overall.boxIou),
        overallCell('wallDistanceMm', overall.wallDistanceMm),
        ...Array.from({ length: 7 }, () => words('')),
      ],
    ],
    footRows: 1,
    note: 'The last six columns are signed mean errors of the walls in mm: positive lies outside of the true wall. Walls that the field of view cuts are not judged.',
  }
}

/** What the parts of the method bring; null when nothing was compared. */
export function ablationTable(benchmark: Benchmark): Table | null {
  const ids = new Set(ablationVariants(ABLATIONS, Infinity).map(({ id }) => id))
  const compared = benchmark.variants.filter(({ variant }) => ids.has(variant.id))
  if (compared.length === 0) return null
  const own = benchmark.variants
    .filter(({ variant }) => variant.id === AUTOMATIC.id)
    .map(({ variant, masks }) => ({
      variant: {
        ...variant,
        title: `as it is: ${benchmark.templates.ids.length} templates, parts (SPL), similarity (MSS)`,
      },
      masks,
    }))
  const rows = [...own, ...compared].flatMap(({ variant, masks }) =>
    (masks ? benchmark.segmenters : [null]).map((segmenter): Cell[] => {
      const { overall } = summaryOf(benchmark, { variant: variant.id, segmenter }, 'deploy')
      return [
        words(variant.title),
        words(segmenter ?? '–'),
        overallCell('boxIou', overall.boxIou),
        overallCell('wallDistanceMm', overall.wallDistanceMm),
        segmenter === null ? words('–') : overallCell('dice', overall.dice),
        segmenter === null ? words('–') : overallCell('surfaceDice', overall.surfaceDice),
      ]
    }),
  )
  return {
    title: 'What the parts of the method bring',
    columns: ['variant', 'segmenter', 'box IoU %', 'wall distance mm', 'DSC %', 'surface Dice %'],
    rows,
    note: `Means over organs, every slice counts.${compared.some(({ variant }) => variant.templates !== null) ? ' Fewer templates bring only their own points, shapes and HU; what walls were calibrated with stays that of all.' : ''}`,
  }
}

/** What was missed with automatic boxes, each with its reason: it counts as 0 and must be seen. */
export function missedStructures({ cases }: Benchmark): string[] {
  return cases.flatMap(({ id, results }) => {
    const own = results.filter(({ variant }) => variant === AUTOMATIC.id)
    const missed = own.flatMap(({ segmenter, structures, deploy }) =>
      deploy.flatMap(({ structure, outcome, reason = '' }) => {
        const boxOnly =
          segmenter === null && structures.some(({ name, status }) => name === structure && status === 'found')
        return outcome === 'missed' && !boxOnly ? [{ structure, segmenter, reason }] : []
      }),
    )
    return [
      ...new Set(
        missed.map(({ structure, segmenter, reason }) => {
          const withAll =
            missed.filter((other) => other.structure === structure && other.reason === reason).length === own.length
          return `Missed: ${structure} of ${id}${withAll ? '' : ` with ${segmenter}`}. ${reason}`.trim()
        }),
      ),
    ]
  })
}

/** One localized structure: how sure localization was, and how far off. */
export interface ConfidencePoint {
  readonly id: string
  readonly structure: string
  readonly confidence: number
  readonly wallDistanceMm: number
  readonly boxIou: number
}

/** Confidence and error of all structures that were found and that the truth has. */
export function confidencePoints({ cases }: Benchmark): ConfidencePoint[] {
  return cases.flatMap(({ id, results }) => {
    const own = results.find(({ variant }) => variant === AUTOMATIC.id)
    if (own === undefined) return []
    return own.deploy.flatMap(({ structure, wallDistanceMm, boxIou }: StructureScore): ConfidencePoint[] => {
      const found = own.structures.find(({ name }) => name === structure)
      if (found?.status !== 'found' || wallDistanceMm === null || boxIou === null) return []
      return [{ id, structure, confidence: found.confidence, wallDistanceMm, boxIou }]
    })
  })
}

/** Confidence against error, in steps of a tenth. */
export function confidenceTable(benchmark: Benchmark): Table {
  const points = confidencePoints(benchmark)
  const steps = Array.from({ length: 10 }, (_, i) =>
    points.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === i),
  )
  const rank = spearman(
    points.map(({ confidence }) => confidence),
    points.map(({ wallDistanceMm }) => -wallDistanceMm),
  )
  return {
    title: 'Confidence against error',
    columns: ['confidence', 'structures', 'wall distance mm', 'box IoU %'],
    rows: steps.flatMap((step, i) =>
      step.length === 0
        ? []
        : [
            [
              { text: `${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}`, value: i / 10 },
              count(step.length),
              decimal(mean(step.map(({ wallDistanceMm }) => wallDistanceMm))),
              decimal(100 * mean(step.map(({ boxIou }) => boxIou))),
            ],
          ],
    ),
    note: Number.isNaN(rank)
      ? 'Too few structures for a rank correlation.'
      : `Rank correlation (Spearman) of confidence with accuracy: ${rank.toFixed(2)}, over ${points.length} structures.`,
  }
}

function count(value: number): Cell {
  return { text: String(value), value }
}

function decimal(value: number): Cell {
  return { text: value.toFixed(1), value }
}
