import type { DatasetEvent } from '../../shared/datasetRun.js'
import type { Progress } from '../../shared/progress.js'

/** Progress may come thousands of times a second; nobody can read more than this. */
const PROGRESS_EVERY_MS = 100

/** Lets a new stage or the end of one through at once, everything else at a readable pace. */
export function throttle(send: (progress: Progress) => void): (progress: Progress) => void {
  let lastMs = 0
  let lastStage: string | null = null
  return (progress) => {
    const nowMs = performance.now()
    if (progress.stage === lastStage && progress.done < progress.total && nowMs - lastMs < PROGRESS_EVERY_MS) return
    lastMs = nowMs
    lastStage = progress.stage
    send(progress)
  }
}

/** The same for the progress inside the events of a folder's run. */
export function throttleEvents(send: (event: DatasetEvent) => void): (event: DatasetEvent) => void {
  let current: DatasetEvent | null = null
  const progress = throttle(() => {
    if (current !== null) send(current)
  })
  return (event) => {
    current = event
    if (event.kind === 'scanProgress') progress(event.progress)
    else send(event)
  }
}
