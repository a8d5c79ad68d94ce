import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { inWorkers } from './inWorkers.js'
import { inThisThread, type TemplateRunner } from './runTemplates.js'

/** More threads would hold more memory than they save time. */
const MOST_THREADS = 4

/**
 * Aligns templates in threads beside this one; in this thread where the thread's script is not bundled beside this
 * file, as when sources are run.
 * @param threads at most so many; one per core when absent
 */
export function openAlignmentRunner(threads: number | undefined): TemplateRunner {
  const script = new URL('./alignWorker.mjs', import.meta.url)
  if (!existsSync(script)) return inThisThread
  return inWorkers({ script, threads: Math.min(MOST_THREADS, threads ?? availableParallelism()) })
}
