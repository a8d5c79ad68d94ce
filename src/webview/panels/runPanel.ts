import type { Progress, Stage } from '../../shared/progress.js'
import type { RunView, ScanAction } from '../../protocol/scanEditor.js'
import { button, h } from '../dom/dom.js'

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  read: 'Reading the scan',
  templates: 'Preparing the templates',
  localize: 'Localizing',
  segment: 'Segmenting slices',
  write: 'Writing the label map',
  download: 'Downloading',
  score: 'Scoring',
}

/** The run section: where the run stands, how it ended, what to do next. Empty when there was none. */
export function runPanel(run: RunView, onAction: (action: ScanAction) => void): HTMLElement[] {
  const act = (text: string, action: ScanAction, primary = false): HTMLButtonElement => {
    const element = button(
      text,
      () => {
        onAction(action)
      },
      { class: primary ? 'button primary' : 'button' },
    )
    element.dataset['key'] = `run-${action}`
    return element
  }
  switch (run.kind) {
    case 'idle':
      return []
    case 'running':
      return [h('h2', { set: { textContent: 'Run' } }), ...progressLines(run.progress), act('Cancel', 'cancel')]
    case 'failed':
      return [
        h('h2', { set: { textContent: 'Run' } }),
        h('p', { class: 'problem', aria: { role: 'alert' }, set: { textContent: run.message } }),
        ...(run.next === null ? [] : [act(run.next.label, run.next.action, true)]),
      ]
    case 'cancelled':
      return [
        h('h2', { set: { textContent: 'Run' } }),
        h('p', { class: 'hint', aria: { role: 'status' }, set: { textContent: 'Stopped. Nothing was written.' } }),
        act('Run again', 'retry'),
      ]
    case 'done':
      return [
        h('h2', { set: { textContent: 'Run' } }),
        h('p', { aria: { role: 'status' }, set: { textContent: run.summary } }),
        ...run.warnings.map((warning) => h('p', { class: 'warning', set: { textContent: warning } })),
      ]
  }
}

function progressLines(progress: Progress | null): HTMLElement[] {
  if (progress === null)
    return [
      h('p', { aria: { role: 'status' }, set: { textContent: 'Starting the engine…' } }),
      h('progress', { aria: { label: 'Progress' } }),
    ]
  const bar = h('progress', { aria: { label: STAGE_TEXT[progress.stage] }, set: { max: Math.max(1, progress.total) } })
  if (progress.total > 0) bar.value = progress.done
  const count = progress.total > 0 ? `${progress.done} of ${progress.total}` : ''
  const left = progress.secondsLeft === null ? '' : `about ${timeText(progress.secondsLeft)} left`
  return [
    h('p', { data: { stage: progress.stage }, set: { textContent: STAGE_TEXT[progress.stage] } }),
    bar,
    h('p', {
      class: 'hint',
      set: {
        textContent: [progress.detail, count, left].filter((part) => part !== undefined && part !== '').join(' · '),
      },
    }),
  ]
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
}
