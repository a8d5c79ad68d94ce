import type { JSX } from 'preact'
import { fixedSlices } from '../control/fixedSlices.js'
import { rowsOf, type EditorState } from '../control/editorState.js'
import { sideToPlace } from '../control/pointPlacement.js'
import type { StructureRow } from '../control/structureRows.js'
import { Button } from './button.js'
import { DrawingControls } from './drawingControls.js'
import type { EditorActions } from '../control/editorActions.js'
import { LabelMapSelect } from './labelMapSelect.js'
import { StructureItem, type ItemState } from './structureItem.js'

interface StructuresProps {
  readonly state: EditorState
  readonly actions: EditorActions
}

/** The "Structures" section: which label map, how it is drawn, and the one list of what it holds and what is marked. */
export function StructuresPanel({ state, actions }: StructuresProps): JSX.Element {
  const { labels, points } = state
  const rows = rowsOf(state)
  const isDrawn = labels.drawnKey !== null
  return (
    <>
      <h2>Structures</h2>
      <LabelMapSelect
        names={labels.names}
        chosen={labels.map?.name ?? null}
        onPick={(name) => {
          actions.pickLabelMap(name)
        }}
        onImport={
          state.canRun
            ? () => {
                actions.act('importLabels')
              }
            : null
        }
        onDelete={() => {
          actions.act('deleteLabelMap')
        }}
      />
      {state.labelMapItself !== null && <ItselfNote scanName={state.labelMapItself.scanName} actions={actions} />}
      {labels.map?.namesFrom != null && <p class="hint">{`Names from ${labels.map.namesFrom}`}</p>}
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
      {(isDrawn || rows.length > 0) && <DrawingControls view={state.view} actions={actions} />}
      {rows.length > 0 && <StructureList state={state} rows={rows} actions={actions} />}
      {labels.map?.warnings.map((warning, at) => (
        <p key={at} class="warning">
          {warning}
        </p>
      ))}
      {rows.length === 0 && labels.names.length === 0 && (
        <p class="hint">
          No label map lies beside this scan yet. Localize &amp; Segment makes one; six points per structure make this
          scan a template.
        </p>
      )}
      {state.labelMapItself === null && (
        <TemplateButtons hasMap={labels.map !== null} hasPoints={points.structures.length > 0} actions={actions} />
      )}
    </>
  )
}

function StructureList({
  state,
  rows,
  actions,
}: StructuresProps & { readonly rows: readonly StructureRow[] }): JSX.Element {
  return (
    <ul class={state.points.structures.length > 0 ? 'structures marks' : 'structures'} aria-label="Structures">
      {rows.map((row) => (
        <StructureItem key={row.name} row={row} state={itemState(state, row)} actions={actions} />
      ))}
    </ul>
  )
}

function itemState(state: EditorState, { name, labelValue, marked }: StructureRow): ItemState {
  const { labels, view, hover, active, isPlacing, edit } = state
  const isActive = labelValue === labels.activeLabel
  return {
    isDrawn: labels.drawnKey !== null,
    isHidden: view.hiddenLabels.includes(labelValue),
    isUnderMouse: labelValue > 0 && hover?.labelValue === labelValue,
    editing:
      edit.isOn && labels.structures !== null && labelValue > 0
        ? { isActive, fixedSlices: isActive ? fixedSlices(state) : [] }
        : null,
    placing:
      marked === null || active?.structure !== name ? null : { side: sideToPlace(marked, active.side), isPlacing },
  }
}

/** What stands above the list where the file is a label map itself. */
function ItselfNote({
  scanName,
  actions,
}: {
  readonly scanName: string | null
  readonly actions: EditorActions
}): JSX.Element {
  if (scanName === null) return <p class="hint">This file is a label map. Its scan does not lie beside it.</p>
  return (
    <>
      <p class="hint">{`This file is a label map of ${scanName}.`}</p>
      <Button
        name="showOverScan"
        text="Show over the scan"
        class="button primary"
        title={`Show it over ${scanName}`}
        onClick={() => {
          actions.act('showOverScan')
        }}
      />
    </>
  )
}

/** What makes a template of the scan. */
function TemplateButtons({
  hasMap,
  hasPoints,
  actions,
}: {
  readonly hasMap: boolean
  readonly hasPoints: boolean
  readonly actions: EditorActions
}): JSX.Element {
  return (
    <div class="buttons">
      <Button
        name="addStructure"
        text="Add structure"
        title="A structure whose six extreme points are marked"
        onClick={() => {
          actions.changePoints({ kind: 'add' })
        }}
      />
      {hasPoints && (
        <Button
          name="addToSet"
          text="Add to template set…"
          onClick={() => {
            actions.act('addToSet')
          }}
        />
      )}
      {hasMap && (
        <Button
          name="useLabelMap"
          text="Use this label map as template"
          label="Use this label map as template: derive the six points of every label"
          onClick={() => {
            actions.act('useLabelMap')
          }}
        />
      )}
    </div>
  )
}
