import type { DatasetEvent, DatasetOutcome, DatasetTotals } from '../../shared/datasetRun.js'
import { secondsText } from '../../shared/secondsText.js'
import { engineErrorText } from '../remedyText.js'

/** Where the run of a folder stands, for the user. */
export interface FolderProgress {
  readonly totals: DatasetTotals | null
  /** Path of the scan that is worked on. */
  readonly scan: string | null
  /** What is done with it. */
  readonly step: string
  readonly state: 'running' | 'pausing' | 'paused' | 'stopping'
}

/** A run of which nothing is known yet. */
export const FIRST_PROGRESS: FolderProgress = { totals: null, scan: null, step: '', state: 'running' }

/** How far the run is after an event. */
export function afterEvent(progress: FolderProgress, event: DatasetEvent): FolderProgress {
  switch (event.kind) {
    case 'queued':
      return { ...progress, step: 'waiting for the run that is going on' }
    case 'started':
      return { ...progress, totals: event.totals, step: '' }
    case 'scanElsewhere':
      return { ...progress, totals: event.totals }
    case 'scanStarted':
      return { ...progress, scan: event.scan.path, step: '' }
    case 'scanProgress': {
      const { stage, done, total } = event.progress
      return { ...progress, scan: event.scan.path, step: total > 0 ? `${stage} ${done} of ${total}` : stage }
    }
    case 'scanDone':
    case 'scanNothingFound':
    case 'scanFailed':
      return { ...progress, totals: event.totals, scan: null, step: '' }
    case 'waiting':
      return { ...progress, scan: null, step: `another program works on the last ${event.scans}` }
    case 'paused':
      return { ...progress, state: 'paused', scan: null, step: '' }
    case 'resumed':
      return { ...progress, state: 'running' }
  }
}

/** Scans that need no more work, of how many: `3 of 12`. */
export function countText({ totals }: FolderProgress): string {
  return totals === null ? '' : `${finished(totals)} of ${totals.total}`
}

/** How much of it needs no more work, from 0 to 100. */
export function percentDone({ totals }: FolderProgress): number {
  return totals === null ? 0 : (100 * finished(totals)) / Math.max(1, totals.total)
}

/** One line about where the run stands. */
export function progressText(progress: FolderProgress): string {
  const { totals, scan, step, state } = progress
  if (totals === null) return step === '' ? 'loading models and templates' : step
  const left = totals.secondsLeft === null || state === 'paused' ? '' : `about ${secondsText(totals.secondsLeft)} left`
  const failed = totals.failed > 0 ? `${totals.failed} failed` : ''
  return [STATE_TEXT[state], countText(progress), scan ?? '', step, failed, left]
    .filter((part) => part !== '')
    .join(' · ')
}

/** One or two sentences about how a run ended. */
export function outcomeText({ totals, failures, nothingFound, kept, stopped }: DatasetOutcome): string {
  const before = totals.already - kept.length
  const left = totals.total - totals.done - totals.failed - totals.already
  const parts = [
    `${totals.done - nothingFound.length} of ${totals.total} scans segmented`,
    ...(nothingFound.length > 0 ? [`nothing found in ${nothingFound.length}`] : []),
    ...(before > 0 ? [`${before} done before`] : []),
    ...(kept.length > 0
      ? [`${kept.length} left alone, since their label maps are not from such a run or were edited`]
      : []),
    ...(stopped ? [`${left} not done: start it again to go on`] : []),
  ]
  const failed =
    failures.length === 0
      ? ''
      : ` ${failures.length} failed: ${failures
          .slice(0, 3)
          .map(({ path, error }) => `${path}: ${engineErrorText(error)}`)
          .join(' ')}`
  return `${parts.join(', ')}.${failed}`
}

function finished({ done, failed, already }: DatasetTotals): number {
  return done + failed + already
}

const STATE_TEXT: Readonly<Record<FolderProgress['state'], string>> = {
  running: '',
  pausing: 'pausing after this scan',
  paused: 'paused',
  stopping: 'stopping',
}
