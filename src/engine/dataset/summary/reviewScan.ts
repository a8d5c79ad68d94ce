import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ReviewRequest } from '../../../protocol/rpc.js'
import { writeTextAtomic } from '../../../shared/node/wholeFiles.js'
import { isOursToWrite, writeOwnFiles } from '../place/ownFiles.js'
import { readReviews } from '../state/readReviews.js'
import { withVerdict } from './summaryCsv.js'
import { CLAIM_TIMES, withClaim } from '../state/claims.js'
import { openJournal } from '../state/journal.js'
import { checkStateFolder, reviewsPath, stateFolderOf } from '../state/stateFolder.js'

/**
 * Notes a verdict beside the journal, where it outlives later runs, and in the summary's table unless somebody has edited
 * that. Waits for another process that writes the summary.
 * @throws MedlsamError `input` for a file of reviews that is damaged, `output` where nothing can be written
 */
export async function reviewScan({ summaryHtml, scan, output, verdict }: ReviewRequest): Promise<void> {
  const outFolder = path.dirname(summaryHtml)
  const state = stateFolderOf(outFolder)
  await checkStateFolder(state)
  await withClaim(state.claims, 'dataset', CLAIM_TIMES, async () => {
    const reviews = { ...(await readReviews(state)), [output]: { verdict, at: new Date().toISOString() } }
    const document = { format: 'medlsam-reviews', formatVersion: 1, reviews }
    await writeTextAtomic(reviewsPath(state), `${JSON.stringify(document, null, 2)}\n`)
    const table = path.basename(summaryHtml).replace(/\.html$/, '.csv')
    const journal = await openJournal(state.journal)
    if (!(await isOursToWrite(outFolder, table, journal))) return
    const text = await readFile(path.join(outFolder, table), 'utf8').catch(() => null)
    if (text !== null) await writeOwnFiles(outFolder, new Map([[table, withVerdict(text, scan, verdict)]]), journal)
  })
}
