import path from 'node:path'
import { scoresTable, statisticsTable, summaryTable } from '../evaluation/scoreTables.js'
import { toCsv, toLatex, toMarkdown, words, type Table } from '../evaluation/table.js'
import { writeTextAtomic } from '../files.js'
import { ablationTable, confidenceTable, localizationTable, maskColumns, protocolWords, segmentationTable, summaryOf, type Protocol } from './benchmarkTables.js'
import type { Benchmark } from './runBenchmark.js'
import { MEDLAM } from './variants.js'

/** The tables of a benchmark by file name; the paper's protocol comes with the honest figures beside it. */
export function benchmarkTables(benchmark: Benchmark, protocol: Protocol): ReadonlyMap<string, Table> {
  const ablation = ablationTable(benchmark)
  return new Map([
    ...(benchmark.segmenters.length === 0 ? [] : [
      ...(protocol === 'paper' ? [['segmentation-paper', segmentationTable(benchmark, 'paper')] as const] : []),
      ['segmentation', segmentationTable(benchmark, 'deploy')] as const,
    ]),
    ['localization', localizationTable(benchmark)] as const,
    ...maskColumns(benchmark).filter(({ variant }) => variant === MEDLAM.id).map((column, i) => [
      i === 0 ? 'measures' : `measures-${i + 1}`,
      summaryTable(summaryOf(benchmark, column, 'deploy'), `All measures, ${column.title}, ${protocolWords(benchmark, 'deploy')}`),
    ] as const),
    ...(ablation === null ? [] : [['ablations', ablation] as const]),
    ['confidence', confidenceTable(benchmark)] as const,
  ])
}

/**
 * Writes a benchmark's tables as Markdown, CSV and LaTeX, and every score and statistic as CSV and JSON.
 * @throws MedlsamError `output`
 */
export async function writeTables(folder: string, benchmark: Benchmark, protocol: Protocol): Promise<void> {
  const write = (name: string, text: string): Promise<void> => writeTextAtomic(path.join(folder, name), text)
  for (const [name, table] of benchmarkTables(benchmark, protocol)) {
    await write(`${name}.md`, `## ${table.title}\n\n${toMarkdown(table)}`)
    await write(`${name}.csv`, toCsv(table))
    await write(`${name}.tex`, toLatex(table))
  }
  await write('scores.csv', toCsv(allScores(benchmark, protocol)))
  await write('statistics.csv', toCsv(allStatistics(benchmark, protocol)))
  await write('benchmark.json', `${JSON.stringify(benchmark, null, 1)}\n`)
}

function allScores({ cases }: Benchmark, protocol: Protocol): Table {
  const tables = cases.flatMap(({ id, results }) => results.map((result) => ({ result, table: scoresTable([{ id, scores: result[protocol] }]) })))
  return {
    title: 'All scores',
    columns: ['boxes', 'segmenter', ...(tables[0]?.table.columns ?? [])],
    rows: tables.flatMap(({ result, table }) => table.rows.map((row) => [words(result.variant), words(result.segmenter ?? ''), ...row])),
  }
}

function allStatistics(benchmark: Benchmark, protocol: Protocol): Table {
  const tables = maskColumns(benchmark).map((column) => ({ column, table: statisticsTable(summaryOf(benchmark, column, protocol)) }))
  return {
    title: 'All statistics',
    columns: ['boxes', 'segmenter', ...(tables[0]?.table.columns ?? [])],
    rows: tables.flatMap(({ column, table }) => table.rows.map((row) => [words(column.variant), words(column.segmenter ?? ''), ...row])),
  }
}
