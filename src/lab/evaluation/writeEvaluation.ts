import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeTextAtomic } from '../../shared/node/wholeFiles.js'
import { scoresTable, statisticsTable, summaryTable } from './scoreTables.js'
import type { CaseScores, EvaluationSummary } from './evaluationSummary.js'
import { toCsv, toLatex, toMarkdown } from './textTable.js'

/** What an evaluation found out. */
export interface Evaluation {
  readonly cases: readonly CaseScores[]
  readonly summary: EvaluationSummary
  readonly warnings: readonly string[]
}

/**
 * Writes an evaluation: all of it as JSON, scores and statistics as CSV, the summary for users as Markdown and LaTeX.
 * @throws MedlsamError `output`
 */
export async function writeEvaluation(
  folder: string,
  { cases, summary, warnings }: Evaluation,
  title: string,
): Promise<void> {
  await makeFolder(folder)
  const table = summaryTable(summary, title)
  const write = (name: string, text: string): Promise<void> => writeTextAtomic(path.join(folder, name), text)
  await write('scores.csv', toCsv(scoresTable(cases)))
  await write('statistics.csv', toCsv(statisticsTable(summary)))
  await write('summary.md', toMarkdown(table))
  await write('summary.tex', toLatex(table))
  await write('evaluation.json', `${JSON.stringify({ cases, summary, warnings }, null, 2)}\n`)
}

/**
 * Makes a folder for results before time is spent on them.
 * @throws MedlsamError `output`
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new MedlsamError('output', `The folder ${folder} cannot be made: choose another place.`, folder, {
      cause: error,
    })
  })
}
