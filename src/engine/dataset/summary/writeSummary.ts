import path from 'node:path'
import type { DatasetPlan, SummaryPaths } from '../../../protocol/dataset.js'
import { writeTextAtomic } from '../../files.js'
import type { Journal } from '../journal.js'
import { removeTemporaries } from '../leftovers.js'
import { collectScans } from './collect.js'
import { summaryCsv } from './csv.js'
import { summaryHtml } from './html.js'
import { judgeScans } from './judge.js'

/**
 * Writes the summary of all scans of a dataset, whichever process did them: `summary.csv` and a
 * self-contained `summary.html`. The caller holds the claim on the dataset, so that the last of several
 * processes to finish writes what all of them did.
 */
export async function writeSummary(plan: DatasetPlan, journal: Journal): Promise<SummaryPaths> {
  await journal.refresh()
  const judged = judgeScans(await collectScans(plan, journal))
  const paths = { csv: path.join(plan.outFolder, 'summary.csv'), html: path.join(plan.outFolder, 'summary.html') }
  for (const file of Object.values(paths)) await removeTemporaries(file)
  await writeTextAtomic(paths.csv, summaryCsv(judged))
  await writeTextAtomic(paths.html, summaryHtml(judged, plan))
  return paths
}
