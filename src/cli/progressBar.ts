import cliProgress from 'cli-progress'
import type { Progress, ProgressListener, Stage } from '../protocol/progress.js'

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

/** Shows one bar per stage with the time left; stays silent where stderr is no terminal. */
export function startProgressBar(): ProgressBar {
  if (!process.stderr.isTTY) return { listen: () => undefined, stop: () => undefined }
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
      // Bytes are nothing to read.
      const [shown, all] = stage === 'download' ? [toMegabytes(done), toMegabytes(total)] : [done, total]
      const payload = { unit: stage === 'download' ? ' MB' : '', words: STAGE_WORDS[stage].padEnd(18), left: secondsLeft === null ? '' : `${formatSeconds(secondsLeft)} left` }
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

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6)
}

/** Seconds as people read them: `8 s`, `3 min 20 s`, `11 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
