import type { DatasetPlan, PlannedScan } from '../../shared/datasetRun.js'
import { REASON_TEXTS } from '../../shared/reasonTexts.js'
import { countOf } from '../segment/runWords.js'

/** What a run of a folder will do, for the user to start it or not. */
export interface PlanText {
  /** Null where nothing is left to do. */
  readonly start: string | null
  readonly message: string
  readonly detail: string
}

/** Files that are named one by one; of more, the rest is counted. */
const MOST_NAMED = 8

/**
 * A plan in words: how many scans, which are left out and why, how long, where results go.
 * @param secondsPerScan what scans took lately; null when nobody knows
 */
export function planText(folder: string, plan: DatasetPlan, secondsPerScan: number | null): PlanText {
  const of = (kind: PlannedScan['state']['kind']): PlannedScan[] =>
    plan.scans.filter(({ state }) => state.kind === kind)
  const [todo, done, kept] = [of('todo'), of('done'), of('kept')]
  const time =
    secondsPerScan === null
      ? 'How long that takes is known once the first scan is done.'
      : `That takes about ${durationText(todo.length * secondsPerScan)}, as scans went lately.`
  const detail = [
    todo.length === 0
      ? ''
      : `To do: ${tally(todo.flatMap(({ state }) => (state.kind === 'todo' ? [REASON_TEXTS[state.why]] : [])))}. ${time}`,
    done.length === 0 ? '' : `Done before: ${done.length}.`,
    kept.length === 0
      ? ''
      : `Left alone:\n${named(kept.map(({ path, state }) => `${path} (${state.kind === 'kept' ? REASON_TEXTS[state.why] : ''})`))}`,
    plan.skipped.length === 0
      ? ''
      : `Left out:\n${named(plan.skipped.map(({ path, reason }) => `${path} (${REASON_TEXTS[reason]})`))}`,
    `Results go to ${plan.outFolder}${plan.scans.some(({ output }) => output.includes('/')) ? ' and its folders' : ''}.`,
    ...plan.warnings,
  ]
  return {
    start: todo.length === 0 ? null : `Start ${countOf(todo.length, 'Scan')}`,
    message:
      todo.length === 0
        ? `Nothing is left to do in ${folder}.`
        : `Segment ${countOf(todo.length, 'scan')} in ${folder}?`,
    detail: detail.filter((part) => part !== '').join('\n\n'),
  }
}

function named(lines: readonly string[]): string {
  const more = lines.length - MOST_NAMED
  return [...lines.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

/** `3 (2 new, 1 failed before)`. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return `${words.length} (${[...counts].map(([word, count]) => `${count} ${word}`).join(', ')})`
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} seconds`
  return seconds < 5400 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3600).toFixed(1)} hours`
}
