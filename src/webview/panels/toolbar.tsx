import type { JSX } from 'preact'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { EditorState } from '../control/editorState.js'
import { LAYOUTS, type Layout } from '../viewer/viewState.js'
import { Button } from './button.js'
import type { EditorActions } from '../control/editorActions.js'
import { WindowSelect } from './windowSelect.js'

const LAYOUT_TEXT: Readonly<Record<Layout, string>> = {
  axial: 'Axial',
  coronal: 'Coronal',
  sagittal: 'Sagittal',
  multiplanar: 'Multi',
}

interface ToolbarProps {
  readonly state: EditorState
  readonly actions: EditorActions
}

/** The row of controls above the planes. */
export function Toolbar({ state, actions }: ToolbarProps): JSX.Element {
  const { view } = state
  const command = (text: string, name: ViewCommand, label: string): JSX.Element => (
    <Button
      name={name}
      text={text}
      label={label}
      onClick={() => {
        actions.command(name)
      }}
    />
  )
  return (
    <>
      <LayoutButtons state={state} actions={actions} />
      <WindowSelect
        view={view}
        onPick={(window) => {
          actions.changeView(window)
        }}
      />
      <span class="reading" data-part="window">{`L ${view.levelHu} W ${view.widthHu}`}</span>
      {command(
        view.radiological ? 'Radiological' : 'Neurological',
        'toggleConvention',
        view.radiological
          ? "Radiological: the patient's right is on the left. Switch to neurological"
          : "Neurological: the patient's right is on the right. Switch to radiological",
      )}
      <div class="group" role="group" aria-label="Zoom">
        {command('−', 'zoomOut', 'Zoom out')}
        {command('+', 'zoomIn', 'Zoom in')}
        {command('Reset', 'resetView', 'Reset zoom and pan')}
      </div>
      {command('Keys', 'help', 'Keys and mouse')}
      <span class="spacer" />
      <SegmentButton state={state} actions={actions} />
    </>
  )
}

function LayoutButtons({ state, actions }: ToolbarProps): JSX.Element {
  return (
    <div class="group" role="group" aria-label="Layout">
      {LAYOUTS.map((layout) => (
        <Button
          key={layout}
          name={layout}
          text={LAYOUT_TEXT[layout]}
          label={`Layout: ${LAYOUT_TEXT[layout]}`}
          pressed={state.view.layout === layout}
          onClick={() => {
            actions.command(layout)
          }}
        />
      ))}
    </div>
  )
}

function SegmentButton({ state, actions }: ToolbarProps): JSX.Element {
  const isReady = state.isScanShown && state.run.kind !== 'running'
  return (
    <Button
      name="segment"
      text="Localize & Segment"
      label="Localize & Segment organs in this scan"
      class="button primary"
      title={state.canRun ? undefined : 'Trust this workspace to run the engine.'}
      disabled={!state.canRun || !isReady}
      onClick={() => {
        actions.act('segment')
      }}
    />
  )
}
