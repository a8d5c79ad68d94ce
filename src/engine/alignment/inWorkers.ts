import { Worker } from 'node:worker_threads'
import type { TemplateAlignment } from './alignTemplate.js'
import type { AlignAnswer, AlignJob } from './alignWorker.js'
import type { GridVolume } from './grid.js'
import type { TemplateRunner } from './runTemplates.js'

/** The scan with its voxels in memory that all threads read. */
function share(scan: GridVolume): GridVolume {
  const data = new Int16Array(new SharedArrayBuffer(scan.data.byteLength))
  data.set(scan.data)
  return { ...scan, data }
}

/** How the worker threads are started. */
export interface WorkerSettings {
  /** The script that runs `alignWorker`. */
  readonly script: URL | string
  readonly threads: number
  /** Arguments for Node, such as a loader of TypeScript. */
  readonly execArgv?: readonly string[]
}

/**
 * A runner that spreads templates over worker threads, each of which takes the next one when it is done. A cancel
 * ends the threads at once.
 */
export function inWorkers({ script, threads, execArgv }: WorkerSettings): TemplateRunner {
  return async (scan, templates, { signal, onDone }) => {
    signal?.throwIfAborted()
    const job: AlignJob = { scan: share(scan), templates }
    const results = new Array<TemplateAlignment | null>(templates.length).fill(null)
    const workers = Array.from({ length: Math.min(threads, templates.length) }, () =>
      new Worker(script, { workerData: job, ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }) }),
    )
    let [next, done] = [0, 0]
    const serve = (worker: Worker): Promise<void> =>
      new Promise((resolve, reject) => {
        const give = (): void => {
          if (next < templates.length) worker.postMessage(next++)
          else resolve()
        }
        worker.on('message', ({ index, result }: AlignAnswer) => {
          results[index] = result
          onDone(++done)
          give()
        })
        worker.once('error', reject)
        worker.once('exit', () => { reject(new Error('The thread that aligns templates has ended too early.')) })
        give()
      })
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => { reject(signal.reason as Error) }, { once: true })
    })
    try {
      await Promise.race([Promise.all(workers.map(serve)), cancelled])
      return results
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
  }
}

