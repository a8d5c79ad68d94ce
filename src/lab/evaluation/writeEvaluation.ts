import { writeOwnFolder } from '../../shared/node/ownFolder.js'
import { scoresTable, statisticsTable, summaryTable } from './scoreTables.js'
import type { CaseScores, EvaluationSummary } from './evaluationSummary.js'
import { toCsv } from '../../shared/figureTable.js'
import { toLatex, toMarkdown } from './textTable.js'

/** What an evaluation found out. */
export interface Evaluation {
  readonly cases: readonly CaseScores[]
  readonly summary: EvaluationSummary
  readonly warnings: readonly string[]
}

/** Names of the files of an evaluation. */
export const EVALUATION_FILES = [
  'scores.csv',
  'statistics.csv',
  'summary.md',
  'summary.tex',
  'evaluation.json',
] as const

/**
 * Writes an evaluation: all of it as JSON, scores and statistics as CSV, the summary for users as Markdown and LaTeX.
 * @param force files of these names are replaced, whoever made them
 * @throws MedlsamError `output`
 */
export async function writeEvaluation(
  folder: string,
  { cases, summary, warnings }: Evaluation,
  title: string,
  force?: boolean,
): Promise<void> {
  const table = summaryTable(summary, title)
  const texts: Readonly<Record<(typeof EVALUATION_FILES)[number], string>> = {
    'scores.csv': toCsv(scoresTable(cases)),
    'statistics.csv': toCsv(statisticsTable(summary)),
    'summary.md': toMarkdown(table),
    'summary.tex': toLatex(table),
    'evaluation.json': `${JSON.stringify({ cases, summary, warnings }, null, 2)}\n`,
  }
  await writeOwnFolder(folder, new Map(Object.entries(texts)), force)
}
