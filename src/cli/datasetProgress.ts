import cliProgress from 'cli-progress'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, DatasetTotals } from '../shared/datasetRun.js'
import type { ErrorData } from '../shared/errorData.js'
import type { ProgressListener } from '../shared/progress.js'
import { startProgressBar } from './progressBar.js'
import { formatSeconds, STAGE_WORDS } from './progressWords.js'
import { errorLine } from './remedyFlags.js'
import { terminalJson, terminalText } from './terminal.js'

/** Shows how a run of a dataset goes, to users or to programs. */
export interface DatasetProgress {
  readonly preparing: ProgressListener
  plan(plan: DatasetPlan, lines: readonly string[]): void
  readonly listen: (event: DatasetEvent) => void
  /** A remark in between. */
  note(text: string): void
  end(outcome: DatasetOutcome, lines: readonly string[]): void
  fail(error: ErrorData): void
}

/**
 * With `json` one JSON document a line on stdout: the plan, every event, the outcome or an error. Else bars
 * on a terminal, and a line per scan where there is none (log files of the night).
 */
export function startDatasetProgress(json: boolean): DatasetProgress {
  // A reader that has gone (`| head`, a closed window) is no reason to stop a night's work.
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore)
  if (json) return jsonLines()
  return process.stderr.isTTY ? bars() : lines()
}

function ignore(): void {
  // Nothing is left that could be told.
}

function jsonLines(): DatasetProgress {
  const print = (document: object): void => {
    process.stdout.write(terminalJson(document))
  }
  return {
    preparing: (progress) => {
      print({ kind: 'preparing', progress })
    },
    plan: (plan) => {
      print({ kind: 'plan', plan })
    },
    listen: (event) => {
      print(event)
    },
    note: () => undefined,
    end: (outcome) => {
      print({ kind: 'end', outcome })
    },
    fail: (error) => {
      print({ kind: 'error', error })
    },
  }
}

function lines(): DatasetProgress {
  const print = (text: string): void => {
    process.stdout.write(terminalText(text))
  }
  return {
    preparing: () => undefined,
    plan: (_plan, planLines) => {
      print(planLines.join('\n'))
    },
    listen: (event) => {
      const line = eventLine(event)
      if (line !== null) print(line)
    },
    note: print,
    end: (_outcome, outcomeLines) => {
      print(outcomeLines.join('\n'))
    },
    fail: (error) => {
      process.stderr.write(terminalText(`medlsam: ${errorLine(error)}`))
    },
  }
}

/** The line a log gets for an event; null for what happens too often. */
function eventLine(event: DatasetEvent): string | null {
  switch (event.kind) {
    case 'scanDone':
      return `${place(event.totals)} ${event.scan.path}: ${event.found} of ${event.structures} found, ${formatSeconds(event.seconds)}${pace(event.totals)}`
    case 'scanFailed':
      return `${place(event.totals)} ${event.scan.path}: FAILED${event.failure.stage === null ? '' : ` (${event.failure.stage})`}: ${errorLine(event.failure.error)}`
    case 'scanNothingFound':
      return `${place(event.totals)} ${event.scan.path}: ${event.reason}`
    case 'scanElsewhere':
      return `${place(event.totals)} ${event.scan.path}: finished by another process`
    case 'waiting':
      return `Waiting for ${event.scans} scans that other processes work on.`
    case 'paused':
      return 'Paused.'
    case 'resumed':
      return 'Going on.'
    case 'queued':
    case 'started':
    case 'scanStarted':
    case 'scanProgress':
      return null
  }
}

function place({ done, failed, already, total }: DatasetTotals): string {
  return `[${done + failed + already}/${total}]`
}

function pace({ scansPerHour, secondsLeft, failed }: DatasetTotals): string {
  const parts = [
    ...(scansPerHour === null ? [] : [`${scansPerHour.toFixed(scansPerHour < 10 ? 1 : 0)} scans/h`]),
    ...(secondsLeft === null ? [] : [`${formatSeconds(secondsLeft)} left`]),
    ...(failed > 0 ? [`${failed} failed so far`] : []),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** One bar for all scans, and one for each scan that is being worked on. */
function bars(): DatasetProgress {
  const preparation = startProgressBar()
  const multi = new cliProgress.MultiBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
    autopadding: true,
    format: '{words} [{bar}] {value}/{total} {note}',
  })
  let all: cliProgress.SingleBar | null = null
  const lanes = new Map<number, cliProgress.SingleBar>()
  const say = (text: string): void => {
    if (all === null) process.stderr.write(terminalText(text))
    else multi.log(`${text}\n`)
  }
  const overall = (totals: DatasetTotals): void => {
    all ??= multi.create(totals.total, 0, { words: 'Scans', note: '' })
    all.update(totals.done + totals.failed + totals.already, { note: pace(totals).trim() })
  }
  const lane = (number: number, name: string, words: string, value: number, total: number): void => {
    const payload = { words: words.padEnd(18), note: name }
    const bar = lanes.get(number)
    if (bar === undefined) {
      lanes.set(number, multi.create(Math.max(1, total), value, payload))
      return
    }
    bar.setTotal(Math.max(1, total))
    bar.update(value, payload)
  }
  const stop = (): void => {
    preparation.stop()
    multi.stop()
  }
  return {
    preparing: preparation.listen,
    plan: (_plan, planLines) => {
      preparation.stop()
      process.stdout.write(terminalText(planLines.join('\n')))
    },
    listen: (event) => {
      if ('totals' in event) overall(event.totals)
      switch (event.kind) {
        case 'scanStarted':
          lane(event.lane, event.scan.path, STAGE_WORDS.read, 0, 1)
          return
        case 'scanProgress': {
          const { stage, done, total } = event.progress
          lane(event.lane, event.scan.path, STAGE_WORDS[stage], done, total)
          return
        }
        case 'scanNothingFound':
        case 'scanFailed':
        case 'waiting':
        case 'paused':
        case 'resumed':
          say(eventLine(event) ?? '')
          return
        case 'queued':
        case 'started':
        case 'scanDone':
        case 'scanElsewhere':
          return
      }
    },
    note: say,
    end: (_outcome, outcomeLines) => {
      stop()
      process.stdout.write(terminalText(outcomeLines.join('\n')))
    },
    fail: (error) => {
      stop()
      process.stderr.write(terminalText(`medlsam: ${errorLine(error)}`))
    },
  }
}
