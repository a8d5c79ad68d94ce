import { Worker } from 'node:worker_threads'
import type { AlignAnswer, AlignRequest } from './alignWorker.js'
import type { GridVolume } from './grid.js'
import type { AlignJob, AlignOutcome, AlignTask, OpenRunner, BatchHooks, TemplateRunner } from './runTemplates.js'

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
}

/** Gives one worker after the other of the tasks until none is left. */
function serve(
  worker: Worker,
  take: () => AlignRequest | null,
  onAnswer: (answer: AlignAnswer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new Error('A thread that aligns templates has ended too early.'))
    }
    const stop = (): void => {
      worker.off('message', onMessage)
      worker.off('error', reject)
      worker.off('exit', onExit)
      resolve()
    }
    const give = (): void => {
      const request = take()
      if (request === null) stop()
      else worker.postMessage(request)
    }
    const onMessage = (answer: AlignAnswer): void => {
      onAnswer(answer)
      give()
    }
    worker.on('message', onMessage)
    worker.once('error', reject)
    worker.once('exit', onExit)
    give()
  })
}

/** A promise that fails with a signal's reason when it is aborted, and a way to stop waiting for that. */
function whenAborted(signal: AbortSignal | undefined): {
  readonly aborted: Promise<never>
  readonly forget: () => void
} {
  let forget = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    if (signal === undefined) return
    const onAbort = (): void => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    forget = () => {
      signal.removeEventListener('abort', onAbort)
    }
  })
  return { aborted, forget }
}

/** A runner that spreads tasks over worker threads, each of which takes the next one when it is done. A cancel ends the threads. */
export function inWorkers({ script, threads }: WorkerSettings): TemplateRunner {
  return ({ scan, templates }: AlignJob): OpenRunner => {
    const workerData: AlignJob = { scan: share(scan), templates }
    const workers = Array.from(
      { length: Math.max(1, Math.min(threads, templates.length)) },
      () => new Worker(script, { workerData }),
    )
    const close = async (): Promise<void> => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    const run = async (tasks: readonly AlignTask[], { signal, onDone }: BatchHooks): Promise<AlignOutcome[]> => {
      signal?.throwIfAborted()
      const outcomes = new Array<AlignOutcome>(tasks.length)
      let [next, done] = [0, 0]
      const take = (): AlignRequest | null => (next < tasks.length ? { index: next, task: tasks[next++] } : null)
      const onAnswer = ({ index, outcome }: AlignAnswer): void => {
        outcomes[index] = outcome
        onDone(++done)
      }
      const { aborted, forget } = whenAborted(signal)
      try {
        await Promise.race([Promise.all(workers.map((worker) => serve(worker, take, onAnswer))), aborted])
        return outcomes
      } finally {
        forget()
      }
    }
    return { run, close }
  }
}
