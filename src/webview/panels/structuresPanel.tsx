import type { JSX } from 'preact'
import type { LabelState } from '../control/editorState.js'
import type { StructureRow } from '../control/structureRows.js'
import type { ViewState } from '../viewer/viewState.js'
import { Button } from './button.js'
import { DrawingControls } from './drawingControls.js'
import type { EditorActions } from '../control/editorActions.js'
import { LabelMapSelect } from './labelMapSelect.js'
import { StructureItem } from './structureItem.js'

interface StructuresProps {
  readonly labels: LabelState
  readonly rows: readonly StructureRow[]
  readonly view: ViewState
  readonly actions: EditorActions
}

/** The "Structures" section: which label map, how it is drawn, what it holds. */
export function StructuresPanel({ labels, rows, view, actions }: StructuresProps): JSX.Element {
  return (
    <>
      <h2>Structures</h2>
      <LabelMapSelect
        names={labels.names}
        chosen={labels.map?.file.name ?? null}
        onPick={(name) => {
          actions.pickLabelMap(name)
        }}
      />
      {labels.problem !== null && (
        <p class="problem" role="alert">
          {labels.problem}
        </p>
      )}
      {labels.isBusy && (
        <p class="hint" role="status">
          Loading the label map…
        </p>
      )}
      {rows.length > 0 && <StructureList labels={labels} rows={rows} view={view} actions={actions} />}
      {rows.length === 0 && labels.names.length === 0 && (
        <p class="hint">No label map lies beside this scan yet. Localize &amp; Segment makes one.</p>
      )}
    </>
  )
}

function StructureList({ labels, rows, view, actions }: StructuresProps): JSX.Element {
  // Of a label map, or of a run that is going on.
  const isDrawn = labels.drawnUrl !== null
  return (
    <>
      {isDrawn && <DrawingControls view={view} actions={actions} />}
      <ul class="structures" aria-label="Structures">
        {rows.map((row) => (
          <StructureItem
            key={row.labelValue}
            row={row}
            isDrawn={isDrawn}
            isHidden={view.hiddenLabels.includes(row.labelValue)}
            actions={actions}
          />
        ))}
      </ul>
      {labels.map?.warnings.map((warning, at) => (
        <p key={at} class="warning">
          {warning}
        </p>
      ))}
      {labels.map !== null && (
        <Button
          name="useLabelMap"
          text="Use this label map as template"
          label="Use this label map as template: derive the six points of every label"
          onClick={() => {
            actions.act('useLabelMap')
          }}
        />
      )}
    </>
  )
}
