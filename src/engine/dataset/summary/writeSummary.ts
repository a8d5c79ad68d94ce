import path from 'node:path'
import type { DatasetOutcome, DatasetPlan } from '../../../protocol/dataset.js'
import { writeTextAtomic } from '../../files.js'
import type { Journal } from '../journal.js'
import { removeTemporaries } from '../leftovers.js'
import { collectScans } from './collect.js'
import { summaryCsv } from './csv.js'
import { summaryHtml } from './html.js'
import { judgeScans } from './judge.js'

/** Where the two files of a summary are. */
export type SummaryPaths = Pick<DatasetOutcome, 'summaryCsv' | 'summaryHtml'>

/** Where the summary of a plan goes. */
export function summaryPaths({ outFolder }: Pick<DatasetPlan, 'outFolder'>): SummaryPaths {
  return { summaryCsv: path.join(outFolder, 'summary.csv'), summaryHtml: path.join(outFolder, 'summary.html') }
}

/**
 * Writes the summary of all scans of a dataset, whichever process did them: `summary.csv` and a
 * self-contained `summary.html`. The caller holds the claim on the dataset, so that the last of several
 * processes to finish writes what all of them did.
 */
export async function writeSummary(plan: DatasetPlan, journal: Journal): Promise<void> {
  await journal.refresh()
  const judged = judgeScans(await collectScans(plan, journal))
  const paths = summaryPaths(plan)
  for (const file of Object.values(paths)) await removeTemporaries(file)
  await writeTextAtomic(paths.summaryCsv, summaryCsv(judged))
  await writeTextAtomic(paths.summaryHtml, summaryHtml(judged, plan))
}
