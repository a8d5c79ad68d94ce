import type { Progress } from '../../shared/progress.js'

/** What the status bar says of a run: `MedLSAM segment 4 of 20`. */
export function runItemText(progress: Progress | null): string {
  return `$(sync~spin) MedLSAM ${stepText(progress)}`
}

/** The same in a sentence that says what a click does. */
export function runTooltip(scan: string, progress: Progress | null): string {
  const what = [stepText(progress), progress?.detail ?? ''].filter((part) => part !== '').join(' · ')
  return `Localize & Segment ${scan}: ${what}. Click to open the scan, and to cancel there.`
}

function stepText(progress: Progress | null): string {
  if (progress === null) return 'starting'
  return progress.total > 0 ? `${progress.stage} ${progress.done} of ${progress.total}` : progress.stage
}
