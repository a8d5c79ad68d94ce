import type { JSX } from 'preact'
import type { RunView, ScanAction } from '../../protocol/scanEditor.js'
import { Button } from './button.js'
import { RunProgress } from './runProgress.js'

/** The run section: where the run stands, how it ended, what to do next. Empty when there was none. */
export function RunPanel({
  run,
  onAction,
}: {
  readonly run: RunView
  readonly onAction: (action: ScanAction) => void
}): JSX.Element | null {
  if (run.kind === 'idle') return null
  return (
    <>
      <h2>Run</h2>
      <RunLines run={run} onAction={onAction} />
    </>
  )
}

function RunLines({
  run,
  onAction,
}: {
  readonly run: Exclude<RunView, { kind: 'idle' }>
  readonly onAction: (action: ScanAction) => void
}): JSX.Element {
  const act = (text: string, action: ScanAction, primary = false): JSX.Element => (
    <Button
      key={action}
      name={`run-${action}`}
      text={text}
      class={primary ? 'button primary' : 'button'}
      onClick={() => {
        onAction(action)
      }}
    />
  )
  switch (run.kind) {
    case 'running':
      return (
        <>
          <RunProgress progress={run.progress} />
          {act('Cancel', 'cancel')}
        </>
      )
    case 'failed':
      return (
        <>
          <p key="failed" class="problem" role="alert">
            {run.message}
          </p>
          {run.next !== null && act(run.next.label, run.next.action, true)}
        </>
      )
    case 'cancelled':
      return (
        <>
          <p key="cancelled" class="hint" role="status">
            Stopped. Nothing was written.
          </p>
          {act('Run again', 'retry')}
        </>
      )
    case 'done':
      return (
        <>
          <p key="done" role="status">
            {run.summary}
          </p>
          {run.warnings.map((warning, at) => (
            <p key={at} class="warning">
              {warning}
            </p>
          ))}
        </>
      )
  }
}
