import { removeUnfinished } from './place/partialFiles.js'
import { claimName } from './scanQueue.js'
import { claim } from './state/claims.js'
import type { ScanRecord } from './state/journal.js'
import type { DatasetRunContext } from './workOnScan.js'

/** Cleans up after scans that a dead process was working on and that the plan does not do again. */
export async function removeOrphans({ plan, state, journal, claimTimes }: DatasetRunContext): Promise<void> {
  const planned = new Set(plan.scans.flatMap((scan) => (scan.state.kind === 'todo' ? scan.output : [])))
  const unfinished = (output: string): ScanRecord | null => {
    const last = journal.last(output)
    return last?.kind === 'start' || last?.kind === 'writing' ? last : null
  }
  for (const output of journal.outputs()) {
    if (planned.has(output) || unfinished(output) === null) continue
    const held = await claim(state.claims, claimName(output), claimTimes)
    if (held === null) continue
    await journal.refresh()
    const last = unfinished(output)
    if (last !== null) {
      await removeUnfinished(plan.outFolder, output, journal, { halves: last.kind === 'writing' })
      await journal.append({ kind: 'stopped', at: new Date().toISOString(), scan: last.scan, output })
    }
    await held.release()
  }
}
