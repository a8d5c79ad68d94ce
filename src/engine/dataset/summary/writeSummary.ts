import path from 'node:path'
import type { DatasetOutcome, DatasetPlan } from '../../../shared/datasetRun.js'
import type { Journal } from '../state/journal.js'
import { isOursToWrite, writeOwnFiles } from '../place/ownFiles.js'
import { collectScans } from './collect.js'
import { summaryCsv } from './summaryCsv.js'
import { summaryHtml } from './summaryHtml.js'
import { judgeScans } from './judge.js'

/** Where the two files of a summary are. */
export type SummaryPaths = Pick<DatasetOutcome, 'summaryCsv' | 'summaryHtml'>

/** Where the summary of a plan goes, unless something else is there. */
export function summaryPaths({ outFolder }: Pick<DatasetPlan, 'outFolder'>, stem = 'summary'): SummaryPaths {
  return { summaryCsv: path.join(outFolder, `${stem}.csv`), summaryHtml: path.join(outFolder, `${stem}.html`) }
}

/**
 * Writes the summary of all scans of a dataset, whichever process did them: `summary.csv` and a self-contained
 * `summary.html`, or under other names where these were written or edited by hand. The caller holds the claim on the
 * dataset, so that the last of several processes to finish writes what all of them did.
 */
export async function writeSummary(plan: DatasetPlan, journal: Journal): Promise<SummaryPaths> {
  await journal.refresh()
  const judged = judgeScans(await collectScans(plan, journal))
  const stem = await freeStem(plan.outFolder, journal)
  await writeOwnFiles(
    plan.outFolder,
    new Map([
      [`${stem}.csv`, summaryCsv(judged)],
      [`${stem}.html`, summaryHtml(judged, plan)],
    ]),
    journal,
  )
  return summaryPaths(plan, stem)
}

async function freeStem(outFolder: string, journal: Journal): Promise<string> {
  for (let number = 1; ; number++) {
    const stem = ['summary', 'summary_medlsam'][number - 1] ?? `summary_medlsam_${number - 1}`
    if (
      (await isOursToWrite(outFolder, `${stem}.csv`, journal)) &&
      (await isOursToWrite(outFolder, `${stem}.html`, journal))
    )
      return stem
  }
}
