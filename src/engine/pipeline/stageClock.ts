import { defined } from '../../shared/defined.js'
import type { ProgressListener, Stage } from '../../shared/progress.js'

/** Measures the stages of a run and reports progress with the seconds that are left. */
export interface StageClock {
  /** Reports progress within the running stage. */
  report(done: number, total: number, detail?: string): void
  /** Ends the running stage and starts the next. */
  start(stage: Stage): void
  /** Ends the running stage; seconds per stage so far. */
  stop(): Readonly<Record<string, number>>
}

/** Starts a clock; `now` returns milliseconds and exists for tests. */
export function startClock(
  listener: ProgressListener | undefined,
  now: () => number = () => performance.now(),
): StageClock {
  const seconds: Record<string, number> = {}
  let stage: Stage | null = null
  let since = 0
  let first: { readonly done: number; readonly at: number } | null = null
  const end = (): void => {
    if (stage !== null) seconds[stage] = (seconds[stage] ?? 0) + (now() - since) / 1000
    stage = null
  }
  return {
    report(done, total, detail) {
      if (stage === null) return
      // Extrapolate from the first unit on, so that loading and warming up do not count.
      first ??= { done, at: now() }
      const worked = done - first.done
      const secondsLeft = worked > 0 ? (((now() - first.at) / worked) * (total - done)) / 1000 : null
      listener?.(defined({ stage, done, total, secondsLeft, detail }))
    },
    start(next) {
      end()
      stage = next
      since = now()
      first = null
      listener?.({ stage: next, done: 0, total: 0, secondsLeft: null })
    },
    stop() {
      end()
      return seconds
    },
  }
}

/** Tells of the bytes of a download or import as progress of the stage `download`. */
export function bytesListener(
  listener: ProgressListener | undefined,
): (done: number, total: number, file: string) => void {
  const clock = startClock(listener)
  clock.start('download')
  return (done, total, file) => {
    clock.report(done, total, file)
  }
}
