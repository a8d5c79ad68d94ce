import type { JSX } from 'preact'
import type { Progress, Stage } from '../../shared/progress.js'
import { secondsText } from '../../shared/secondsText.js'

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  read: 'Reading the scan',
  templates: 'Preparing the templates',
  localize: 'Localizing',
  segment: 'Segmenting slices',
  write: 'Writing the label map',
  download: 'Downloading',
  score: 'Scoring',
}

/** How far a run is; null before the engine's first word. */
export function RunProgress({ progress }: { readonly progress: Progress | null }): JSX.Element {
  if (progress === null)
    return (
      <>
        <p role="status">Starting the engine…</p>
        <progress aria-label="Progress" />
      </>
    )
  const { stage, done, total, detail, secondsLeft } = progress
  const count = total > 0 ? `${done} of ${total}` : ''
  const left = secondsLeft === null ? '' : `about ${secondsText(secondsLeft)} left`
  return (
    <>
      <p data-stage={stage}>{STAGE_TEXT[stage]}</p>
      <progress
        aria-label={STAGE_TEXT[stage]}
        max={Math.max(1, total)}
        // Without a value the bar says that it is not known how far.
        value={total > 0 ? done : undefined}
      />
      <p class="hint">{[detail, count, left].filter((part) => part !== undefined && part !== '').join(' · ')}</p>
    </>
  )
}
