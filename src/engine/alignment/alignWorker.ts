import { parentPort, workerData } from 'node:worker_threads'
import { prepareQuery } from './prepareQuery.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import { alignTemplate, type AlignmentQuery, type TemplateAlignment } from './alignTemplate.js'
import type { GridVolume } from './grid.js'

/** What a worker is started with: the scan, in shared memory, and all templates. */
export interface AlignJob {
  readonly scan: GridVolume
  readonly templates: readonly AlignmentTemplate[]
}

/** What a worker answers to the index of a template. */
export interface AlignAnswer {
  readonly index: number
  readonly result: TemplateAlignment | null
}

/** Serves the indexes of templates that the parent sends, one at a time, until the thread is ended. */
function serve({ scan, templates }: AlignJob): void {
  let query: AlignmentQuery | null = null
  parentPort?.on('message', (index: number) => {
    query ??= prepareQuery(scan, templates)
    const answer: AlignAnswer = { index, result: alignTemplate(query, templates[index]) }
    parentPort?.postMessage(answer)
  })
}

serve(workerData as AlignJob)
