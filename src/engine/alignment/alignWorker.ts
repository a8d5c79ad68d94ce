import { parentPort, workerData } from 'node:worker_threads'
import { taskWorker, type AlignJob, type AlignOutcome, type AlignTask } from './runTemplates.js'

/** A task as the parent sends it. */
export interface AlignRequest {
  readonly index: number
  readonly task: AlignTask
}

/** What a worker answers. */
export interface AlignAnswer {
  readonly index: number
  readonly outcome: AlignOutcome
}

// Serves the tasks that the parent sends, one at a time, until the thread is ended.
const work = taskWorker(workerData as AlignJob)
parentPort?.on('message', ({ index, task }: AlignRequest) => {
  const answer: AlignAnswer = { index, outcome: work(task) }
  parentPort?.postMessage(answer)
})
