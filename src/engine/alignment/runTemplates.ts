import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AffineMap } from './affineMap.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import { alignTemplate, turnedEdges, type AlignmentQuery, type TemplateAlignment } from './alignTemplate.js'
import type { GridVolume } from './grid.js'
import { prepareQuery } from './prepareQuery.js'
import type { ScanTurn } from './turnScan.js'

/** The scan and all templates, as every thread needs them. */
export interface AlignJob {
  readonly scan: GridVolume
  readonly templates: readonly AlignmentTemplate[]
}

/** One piece of work: align a template, or look how well the scan fits it with an axis the other way round. */
export interface AlignTask {
  readonly template: number
  /** Null to align the template. */
  readonly turn: ScanTurn | null
  /** Further starts of the affine step, from query mm to template mm. */
  readonly starts: readonly AffineMap[]
}

/** What came of a task; nothing where the template cannot be laid over the scan. */
export interface AlignOutcome {
  readonly alignment: TemplateAlignment | null
  readonly turnedEdges: number | null
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
  return ({ template, turn, starts }) => {
    if (turn !== null) return { alignment: null, turnedEdges: turnedEdges(scan, templates[template], turn) }
    query ??= prepareQuery(scan, templates)
    return { alignment: alignTemplate(query, templates[template], { starts }), turnedEdges: null }
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
