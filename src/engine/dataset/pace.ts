import type { DatasetTotals } from '../../shared/datasetRun.js'

/** Counts scans and extrapolates. */
export interface Pace {
  count(what: 'done' | 'failed' | 'already'): void
  totals(): DatasetTotals
  /** Time in between does not count. */
  stopClock(): void
  startClock(): void
}

/** Starts counting; `nowMs` exists for tests. */
export function startPace(total: number, nowMs: () => number = () => performance.now()): Pace {
  const counts = { done: 0, failed: 0, already: 0 }
  let workedMs = 0
  let since: number | null = nowMs()
  return {
    count(what) {
      counts[what]++
    },
    totals() {
      const hours = (workedMs + (since === null ? 0 : nowMs() - since)) / 3_600_000
      const left = total - counts.done - counts.failed - counts.already
      const scansPerHour = counts.done === 0 || hours === 0 ? null : counts.done / hours
      return {
        total,
        ...counts,
        scansPerHour,
        secondsLeft: scansPerHour === null ? null : (left / scansPerHour) * 3600,
      }
    },
    stopClock() {
      if (since !== null) workedMs += nowMs() - since
      since = null
    },
    startClock() {
      since ??= nowMs()
    },
  }
}
