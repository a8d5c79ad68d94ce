import type { ProgressListener } from '../shared/progress.js'
import { formatSeconds, inUnits, STAGE_WORDS } from './progressWords.js'

/** How often a log file gets a line. */
const LINE_EVERY_MS = 60_000

/** Says where things stand once a minute, from the end of the first minute on. */
export function progressLines(
  write: (line: string) => void,
  nowMs: () => number = () => performance.now(),
): ProgressListener {
  let lastMs = nowMs()
  return ({ stage, done, total, secondsLeft }) => {
    if (total === 0 || nowMs() - lastMs < LINE_EVERY_MS) return
    lastMs = nowMs()
    const { shown, all, unit } = inUnits(stage, done, total)
    write(
      `${STAGE_WORDS[stage]}: ${shown} of ${all}${unit}${secondsLeft === null ? '' : `, ${formatSeconds(secondsLeft)} left`}`,
    )
  }
}
