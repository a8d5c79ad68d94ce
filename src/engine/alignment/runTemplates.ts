import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AffineMap } from './affineMap.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import {
  alignTemplate,
  fitTemplate,
  turnedEdges,
  type AlignmentQuery,
  type TemplateAlignment,
  type TemplateFit,
} from './alignTemplate.js'
import type { GridVolume } from './grid.js'
import { prepareQuery } from './prepareQuery.js'
import type { ScanTurn } from './turnScan.js'

/** The scan and all templates, as every thread needs them. */
export interface AlignJob {
  readonly scan: GridVolume
  readonly templates: readonly AlignmentTemplate[]
}

/**
 * One piece of work on a template, by its number: lay it over the scan by an affine map, from the starts that are
 * given and its places by tissue; deform it from such a map; or look how well the scan fits it with an axis the other way round.
 */
export type AlignTask =
  | { readonly kind: 'fit'; readonly template: number; readonly starts: readonly AffineMap[] }
  | { readonly kind: 'deform'; readonly template: number; readonly map: AffineMap }
  | { readonly kind: 'turn'; readonly template: number; readonly turn: ScanTurn }

/** What came of a task; nothing where the template cannot be laid over the scan. */
export interface AlignOutcome {
  readonly fit?: TemplateFit | null
  readonly alignment?: TemplateAlignment | null
  readonly turnedEdges?: number
}

/** What a runner asks and tells while it works. */
export interface BatchHooks {
  readonly signal?: AbortSignal
  readonly onDone: (done: number) => void
}

/** Works on the tasks of one job. */
export interface OpenRunner {
  /** Outcomes in the order of the tasks. */
  readonly run: (tasks: readonly AlignTask[], hooks: BatchHooks) => Promise<AlignOutcome[]>
  readonly close: () => Promise<void>
}

/** Opens a place where templates are aligned. */
export type TemplateRunner = (job: AlignJob) => OpenRunner

/** Does tasks of a job, what the scan needs for all of them only once. */
export function taskWorker({ scan, templates }: AlignJob): (task: AlignTask) => AlignOutcome {
  let query: AlignmentQuery | null = null
  return (task) => {
    const template = templates[task.template]
    if (task.kind === 'turn') return { turnedEdges: turnedEdges(scan, template, task.turn) }
    query ??= prepareQuery(scan, templates)
    switch (task.kind) {
      case 'fit':
        return { fit: fitTemplate(query, template, task.starts) }
      case 'deform':
        return { alignment: alignTemplate(query, template, task.map) }
    }
  }
}

/** Does one task after the other in this thread; looks for a cancel between them. */
export const inThisThread: TemplateRunner = (job) => {
  const work = taskWorker(job)
  return {
    run: async (tasks, { signal, onDone }) => {
      const outcomes: AlignOutcome[] = []
      for (const task of tasks) {
        await nextTurn()
        signal?.throwIfAborted()
        outcomes.push(work(task))
        onDone(outcomes.length)
      }
      return outcomes
    },
    close: () => Promise.resolve(),
  }
}
