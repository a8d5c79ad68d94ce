import type { Progress } from '../../shared/progress.js'
import type { LocalizationReport, Sidecar } from '../../shared/sidecar.js'

/** What the status bar says of a run: `MedLSAM segment 4 of 20`, and how many wait for it. */
export function runItemText(progress: Progress | null, waiting = 0): string {
  return `$(sync~spin) MedLSAM ${stepText(progress)}${waiting > 0 ? `, ${waiting} waiting` : ''}`
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

/** One sentence about how a segmentation ended. */
export function segmentedText(sidecar: Pick<Sidecar, 'structures' | 'seconds' | 'output' | 'earlier'>): string {
  const before = new Set((sidecar.earlier ?? []).flatMap(({ structures }) => structures))
  const made = sidecar.structures.filter(({ name }) => !before.has(name))
  const left =
    before.size === 0
      ? ''
      : before.size === 1
        ? ' 1 other there was left as it is.'
        : ` ${before.size} others there were left as they are.`
  return `${foundText({ structures: made, seconds: sidecar.seconds })}; written to ${sidecar.output}.${left}`
}

/** One sentence about what was found without being segmented. */
export function localizedText(report: Pick<LocalizationReport, 'structures' | 'seconds'>): string {
  return `${foundText(report)}; nothing was written.`
}

function foundText({
  structures,
  seconds,
}: {
  readonly structures: readonly { readonly status: string }[]
  readonly seconds: Readonly<Record<string, number>>
}): string {
  const found = structures.filter(({ status }) => status === 'found').length
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0)
  return `${found} of ${structures.length} structures found in ${Math.round(total)} s`
}
