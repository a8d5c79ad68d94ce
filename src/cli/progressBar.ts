import cliProgress from 'cli-progress'
import type { Progress, ProgressListener, Stage } from '../shared/progress.js'
import { progressLines } from './progressLines.js'
import { formatSeconds, inUnits, STAGE_WORDS } from './progressWords.js'

/** A progress bar on stderr. */
export interface ProgressBar {
  readonly listen: ProgressListener
  stop(): void
}

/**
 * Shows one bar per stage with the time left; where stderr is no terminal but a log file, a line a minute.
 * A process that works for another one of ours says nothing: that one does.
 */
export function startProgressBar(): ProgressBar {
  if (!process.stderr.isTTY) {
    const silent = (): void => undefined
    return {
      listen: process.send === undefined ? progressLines((line) => process.stderr.write(`${line}\n`)) : silent,
      stop: silent,
    }
  }
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: '{words} [{bar}] {value}/{total}{unit} {left}',
    clearOnComplete: true,
    hideCursor: true,
    barsize: 30,
  })
  let running: Stage | null = null
  return {
    listen: ({ stage, done, total, secondsLeft }: Progress) => {
      if (total === 0) return
      const { shown, all, unit } = inUnits(stage, done, total)
      const payload = {
        unit,
        words: STAGE_WORDS[stage].padEnd(18),
        left: secondsLeft === null ? '' : `${formatSeconds(secondsLeft)} left`,
      }
      if (running === stage) {
        bar.update(shown, payload)
        return
      }
      if (running !== null) bar.stop()
      running = stage
      bar.start(all, shown, payload)
    },
    stop: () => {
      if (running !== null) bar.stop()
      running = null
    },
  }
}
