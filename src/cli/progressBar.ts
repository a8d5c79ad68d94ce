import cliProgress from 'cli-progress'
import type { Progress, ProgressListener, Stage } from '../shared/progress.js'

/** What a stage is called. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  read: 'Reading scan',
  templates: 'Encoding templates',
  localize: 'Localizing',
  segment: 'Segmenting slices',
  write: 'Writing',
  download: 'Downloading',
  score: 'Scoring',
}

/** A progress bar on stderr, for people. */
export interface ProgressBar {
  readonly listen: ProgressListener
  stop(): void
}

/** How often a log file gets a line. */
const LINE_EVERY_MS = 60_000

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

/** Bytes are nothing to read. */
function inUnits(
  stage: Stage,
  done: number,
  total: number,
): { readonly shown: number; readonly all: number; readonly unit: string } {
  return stage === 'download'
    ? { shown: toMegabytes(done), all: toMegabytes(total), unit: ' MB' }
    : { shown: done, all: total, unit: '' }
}

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6)
}

/** Seconds as people read them: `8 s`, `3 min 20 s`, `11 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
