import { scoresTable, statisticsTable, summaryTable } from '../evaluation/scoreTables.js'
import { toCsv, words, type Table } from '../../shared/figureTable.js'
import { toLatex, toMarkdown } from '../evaluation/textTable.js'
import { writeOwnFolder } from '../../shared/node/ownFolder.js'
import {
  ablationTable,
  allColumns,
  confidenceTable,
  localizationTable,
  maskColumns,
  PROTOCOLS,
  protocolWords,
  scoresOf,
  segmentationTable,
  summaryOf,
  type Column,
  type Protocol,
} from './benchmarkTables.js'
import type { Benchmark } from './benchmarkTypes.js'
import { AUTOMATIC } from './variants.js'

/** The tables of a benchmark by file name; the paper's protocol comes with the honest figures beside it. */
export function benchmarkTables(benchmark: Benchmark, protocol: Protocol): ReadonlyMap<string, Table> {
  const ablation = ablationTable(benchmark)
  return new Map([
    ...(benchmark.segmenters.length === 0
      ? []
      : [
          ...(protocol === 'paper' ? [['segmentation-paper', segmentationTable(benchmark, 'paper')] as const] : []),
          ['segmentation', segmentationTable(benchmark, 'deploy')] as const,
        ]),
    ['localization', localizationTable(benchmark)] as const,
    ...maskColumns(benchmark)
      .filter(({ variant }) => variant === AUTOMATIC.id)
      .map(
        (column, i) =>
          [
            i === 0 ? 'measures' : `measures-${i + 1}`,
            summaryTable(
              summaryOf(benchmark, column, 'deploy'),
              `All measures, ${column.title}, ${protocolWords(benchmark, 'deploy')}`,
            ),
          ] as const,
      ),
    ...(ablation === null ? [] : [['ablations', ablation] as const]),
    ['confidence', confidenceTable(benchmark)] as const,
  ])
}

/** Name of the file with all that a benchmark found out. */
const BENCHMARK_FILE = 'benchmark.json'

/** Files that every benchmark writes, whatever is compared. */
export const BENCHMARK_FILES = ['localization.csv', 'scores.csv', 'statistics.csv', BENCHMARK_FILE] as const

/**
 * Writes a benchmark's tables as Markdown, CSV and LaTeX, and every score and statistic, by both protocols, as CSV and JSON.
 * @throws MedlsamError `output`, also when one is there that is not ours and `force` is not set
 */
export async function writeTables(
  folder: string,
  benchmark: Benchmark,
  protocol: Protocol,
  force?: boolean,
): Promise<void> {
  const files = new Map<string, string>()
  for (const [name, table] of benchmarkTables(benchmark, protocol)) {
    files.set(`${name}.md`, `## ${table.title}\n\n${toMarkdown(table)}`)
    files.set(`${name}.csv`, toCsv(table))
    files.set(`${name}.tex`, toLatex(table))
  }
  files.set('scores.csv', toCsv(allScores(benchmark)))
  files.set('statistics.csv', toCsv(allStatistics(benchmark)))
  files.set(BENCHMARK_FILE, `${JSON.stringify(benchmark, null, 1)}\n`)
  await writeOwnFolder(folder, files, force)
}

/** What sets a row of {@link allScores} and {@link allStatistics} apart from the others. */
const ROW_COLUMNS = ['boxes', 'segmenter', 'protocol']

interface Part extends Pick<Column, 'variant' | 'segmenter'> {
  readonly protocol: Protocol
}

/** Both protocols of all that was run, which is one where there are no masks. */
function partsOf(benchmark: Benchmark): Part[] {
  return allColumns(benchmark).flatMap((column) =>
    PROTOCOLS.filter((protocol) => protocol === 'deploy' || column.segmenter !== null).map((protocol) => ({
      ...column,
      protocol,
    })),
  )
}

function joined(title: string, tables: readonly { readonly part: Part; readonly table: Table }[]): Table {
  return {
    title,
    columns: [...ROW_COLUMNS, ...(tables[0]?.table.columns ?? [])],
    rows: tables.flatMap(({ part, table }) =>
      table.rows.map((row) => [words(part.variant), words(part.segmenter ?? ''), words(part.protocol), ...row]),
    ),
  }
}

function allScores(benchmark: Benchmark): Table {
  return joined(
    'All scores',
    partsOf(benchmark).map((part) => ({ part, table: scoresTable(scoresOf(benchmark, part, part.protocol)) })),
  )
}

function allStatistics(benchmark: Benchmark): Table {
  return joined(
    'All statistics',
    partsOf(benchmark).map((part) => ({ part, table: statisticsTable(summaryOf(benchmark, part, part.protocol)) })),
  )
}
