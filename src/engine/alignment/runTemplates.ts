import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import { alignTemplate, type TemplateAlignment } from './alignTemplate.js'
import type { GridVolume } from './grid.js'
import { prepareQuery } from './prepareQuery.js'

/** What a runner asks and tells while it works. */
export interface RunHooks {
  readonly signal?: AbortSignal
  readonly onDone: (done: number) => void
}

/** Aligns templates to a scan somewhere; one result per template, null where it cannot be laid over the scan. */
export type TemplateRunner = (scan: GridVolume, templates: readonly AlignmentTemplate[], hooks: RunHooks) => Promise<(TemplateAlignment | null)[]>

/** Aligns one template after the other in this thread; looks for a cancel between steps. */
export const inThisThread: TemplateRunner = async (scan, templates, { signal, onDone }) => {
  const query = prepareQuery(scan, templates)
  const results: (TemplateAlignment | null)[] = []
  for (const template of templates) {
    await nextTurn()
    signal?.throwIfAborted()
    results.push(alignTemplate(query, template))
    onDone(results.length)
  }
  return results
}
