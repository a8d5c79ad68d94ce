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
  const act = (
    text: string,
    action: ScanAction,
    more: { readonly primary?: boolean; readonly label?: string } = {},
  ): JSX.Element => (
    <Button
      key={action}
      name={`run-${action}`}
      text={text}
      {...(more.label === undefined ? {} : { label: more.label })}
      class={more.primary === true ? 'button primary' : 'button'}
      onClick={() => {
        onAction(action)
      }}
    />
  )
  switch (run.kind) {
    case 'queued':
      return (
        <>
          <p key="queued" role="status">{`Waits for the run of ${run.behind}.`}</p>
          {act('Do not run', 'cancel', { label: `Do not run ${run.name}` })}
        </>
      )
    case 'running':
      return (
        <>
          <RunProgress progress={run.progress} />
          {run.isEnding ? (
            <p class="hint" role="status">
              {`Ends with ${organs(run.finished)} after this slice…`}
            </p>
          ) : (
            <div class="buttons">
              {act('Cancel', 'cancel', { label: `Cancel the run of ${run.name}` })}
              {run.finished > 0 && act(`Stop, keep ${organs(run.finished)}`, 'keepFinished')}
            </div>
          )}
        </>
      )
    case 'failed':
      return (
        <>
          <p key="failed" class="problem" role="alert">
            {run.message}
          </p>
          {run.next !== null && act(run.next.label, run.next.action, { primary: true })}
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
    case 'localized':
      return (
        <>
          <p key="localized" role="status">
            {run.summary}
          </p>
          <Warnings warnings={run.warnings} />
          <div class="buttons">
            {act('Use as template points', 'takePoints')}
            {act('Close', 'closeRun')}
          </div>
        </>
      )
    case 'done':
      return (
        <>
          <p key="done" role="status">
            {run.summary}
          </p>
          <Warnings warnings={run.warnings} />
          <div class="buttons">
            {run.undo !== null && act('Undo', 'undoRun', { label: run.undo.label })}
            {act('Close', 'closeRun', { label: 'Close what the run said' })}
          </div>
        </>
      )
  }
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }): JSX.Element {
  return (
    <>
      {warnings.map((warning, at) => (
        <p key={at} class="warning">
          {warning}
        </p>
      ))}
    </>
  )
}

function organs(count: number): string {
  return `${count} finished ${count === 1 ? 'organ' : 'organs'}`
}
