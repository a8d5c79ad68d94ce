import type { JSX } from 'preact'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { EditorState } from '../control/editorState.js'
import { LAYOUTS, type Layout } from '../viewer/stageLayout.js'
import { Button } from './button.js'
import type { IconName } from './icon.js'
import type { EditorActions } from '../control/editorActions.js'
import { WindowSelect } from './windowSelect.js'

const LAYOUT_TEXT: Readonly<Record<Layout, string>> = {
  axial: 'Axial',
  coronal: 'Coronal',
  sagittal: 'Sagittal',
  multiplanar: 'one large plane, the others and 3D beside it',
  planeAndRender: 'one plane and 3D',
  grid: 'three planes and 3D, all alike',
  render: '3D',
}

interface ToolbarProps {
  readonly state: EditorState
  readonly actions: EditorActions
}

/** The row of controls above the planes. */
export function Toolbar({ state, actions }: ToolbarProps): JSX.Element {
  const { view } = state
  const command = (icon: IconName, text: string, name: ViewCommand, label: string): JSX.Element => (
    <Button
      name={name}
      icon={icon}
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
      {state.labelMapItself === null && (
        <WindowSelect
          view={view}
          image={state.image}
          onPick={(window) => {
            actions.changeView(window)
          }}
        />
      )}
      {state.labelMapItself === null && (
        <span class="reading" data-part="window">
          {`L ${tidyNumber(view.levelHu)} W ${tidyNumber(view.widthHu)}`}
        </span>
      )}
      {command(
        'convention',
        view.radiological ? 'R left' : 'R right',
        'toggleConvention',
        view.radiological
          ? "R left: the patient's right is on the left, as in radiology. Turn it"
          : "R right: the patient's right is on the right, as in neurology. Turn it",
      )}
      <div class="group" role="group" aria-label="Zoom">
        {command('zoomOut', '', 'zoomOut', 'Zoom out')}
        {command('zoomIn', '', 'zoomIn', 'Zoom in')}
        {command('fit', '', 'resetView', 'Reset zoom and pan: the body fills every plane')}
      </div>
      {command('help', '', 'help', 'Keys and mouse')}
      {command('panel', '', 'togglePanel', 'Show or hide the side panel')}
      <span class="spacer" />
      <EditButton state={state} actions={actions} />
      <SegmentButton state={state} actions={actions} />
    </>
  )
}

/** Values of images that are no CT may be small. */
function tidyNumber(value: number): string {
  return Math.abs(value) < 20 && !Number.isInteger(value) ? value.toPrecision(3) : String(Math.round(value))
}

function LayoutButtons({ state, actions }: ToolbarProps): JSX.Element {
  return (
    <div class="group" role="group" aria-label="Layout">
      {LAYOUTS.map((layout) => (
        <Button
          key={layout}
          name={layout}
          icon={layout}
          text=""
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

function EditButton({ state, actions }: ToolbarProps): JSX.Element {
  return (
    <Button
      name="toggleEditing"
      icon="edit"
      text="Edit"
      label="Edit labels: draw, erase, and change structures (E)"
      title={state.canRun ? undefined : whyNoEditing(state)}
      pressed={state.edit.isOn}
      disabled={!state.canRun || !state.isScanShown}
      onClick={() => {
        actions.command('toggleEditing')
      }}
    />
  )
}

function whyNoEditing({ labelMapItself }: EditorState): string {
  return labelMapItself === null ? 'Trust this workspace to edit labels.' : 'Show it over its scan to edit it.'
}

function SegmentButton({ state, actions }: ToolbarProps): JSX.Element {
  const isReady = state.isScanShown && state.run.kind !== 'running' && state.run.kind !== 'queued'
  return (
    <Button
      name="segment"
      icon="play"
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
