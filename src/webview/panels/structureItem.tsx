import type { JSX } from 'preact'
import type { ExtremeSide } from '../../shared/geometry/points.js'
import { contradictorySides, MARKING_SIDES } from '../../shared/scanPoints.js'
import type { StructureRow } from '../control/structureRows.js'
import { Button } from './button.js'
import { Checkbox } from './checkbox.js'
import type { EditorActions } from '../control/editorActions.js'
import { PointsDetail } from './pointsDetail.js'
import { isUnsure, StructureBadge } from './structureBadge.js'
import { StructureEdits } from './structureEdits.js'

/** How a structure stands in the list. */
export interface ItemState {
  readonly isDrawn: boolean
  readonly isHidden: boolean
  /** Whether the mouse is over its mask. */
  readonly isUnderMouse: boolean
  /** While labels are edited: whether it is the one that is drawn; else null. */
  readonly editing: { readonly isActive: boolean; readonly fixedSlices: readonly number[] } | null
  /** While its points are being placed: the side that is next, null when all are there. */
  readonly placing: { readonly side: ExtremeSide | null; readonly isPlacing: boolean } | null
}

/** A structure of the list: shown or hidden, its name, its volume, how sure it is and why; its points as a detail. */
export function StructureItem({
  row,
  state,
  actions,
}: {
  readonly row: StructureRow
  readonly state: ItemState
  readonly actions: EditorActions
}): JSX.Element {
  const { name, labelValue, volumeMl, marked } = row
  const { placing } = state
  const reason = reasonOf(row)
  return (
    <li
      class={classOf(state)}
      data-structure={name}
      data-status={row.status}
      data-vscode-context={labelValue === 0 ? undefined : JSON.stringify({ webviewSection: 'structure', labelValue })}
      onContextMenu={() => {
        actions.openMenuOn(labelValue)
      }}
    >
      {labelValue > 0 && (
        <Checkbox
          name={`show-${labelValue}`}
          label={`Show ${name}`}
          checked={!state.isHidden}
          disabled={!state.isDrawn}
          onChange={() => {
            actions.toggleLabel(labelValue)
          }}
        />
      )}
      <Swatch row={row} isEdited={state.editing !== null} actions={actions} />
      <Name row={row} state={state} actions={actions} />
      <span class="fact">{volumeMl === null ? null : `${volumeMl.toFixed(1)} ml`}</span>
      <StructureBadge row={row} />
      {marked !== null && <PointsCount row={row} isActive={placing !== null} actions={actions} />}
      {state.editing?.isActive === true && (
        <StructureEdits row={row} fixedSlices={state.editing.fixedSlices} actions={actions.edit} />
      )}
      {reason !== null && <p class="reason">{reason}</p>}
      {placing !== null && marked !== null && <PointsDetail structure={marked} {...placing} actions={actions} />}
    </li>
  )
}

function classOf({ placing, isUnderMouse, editing }: ItemState): string {
  const isActive = placing !== null || editing?.isActive === true
  return [...(isActive ? ['active'] : []), ...(isUnderMouse ? ['under-mouse'] : [])].join(' ')
}

interface PartProps {
  readonly row: StructureRow
  readonly actions: EditorActions
}

/** Its colour; that of points can be changed, and that of a label that is edited. */
function Swatch({
  row: { name, color, marked, labelValue },
  isEdited,
  actions,
}: PartProps & { readonly isEdited: boolean }): JSX.Element {
  if (marked === null && !isEdited) return <span class="swatch" aria-hidden="true" style={{ background: color }} />
  return (
    <Button
      name={`color-${name}`}
      text=""
      class="swatch"
      label={`Change the colour of ${name}`}
      color={color}
      onClick={() => {
        // The colour of points is that of the label of the same name.
        if (marked !== null) actions.changePoints({ kind: 'recolor', structure: name })
        else actions.edit.changeStructures({ kind: 'recolor', labelValue })
      }}
    />
  )
}

/** Its name, which jumps to its mask or box; where there is none it opens its points. */
function Name({ row, state, actions }: PartProps & { readonly state: ItemState }): JSX.Element {
  const { name, labelValue, reachable, marked } = row
  const isActive = state.placing !== null
  const isEdited = state.editing !== null && labelValue > 0
  if (!reachable && marked !== null && !isEdited)
    return (
      <Button
        name={`mark-${name}`}
        text={name}
        class="link name"
        label={`${isActive ? 'Stop placing' : 'Place'} points of ${name}`}
        pressed={isActive}
        onClick={() => {
          actions.activate(isActive ? null : name, null)
        }}
      />
    )
  return (
    <Button
      name={`jump-${labelValue}`}
      text={name}
      label={isEdited ? `Draw ${name}, and jump to it` : `Jump to ${name}`}
      class="link name"
      disabled={!reachable && !isEdited}
      onClick={() => {
        if (isEdited) actions.edit.activateLabel(labelValue)
        actions.jumpToLabel(labelValue)
      }}
    />
  )
}

/** How many of six points it has; a press opens them. */
function PointsCount({ row, isActive, actions }: PartProps & { readonly isActive: boolean }): JSX.Element | null {
  const { name, reachable, marked } = row
  if (marked === null) return null
  const placed = MARKING_SIDES.filter((side) => marked.points[side] !== undefined).length
  const isWrong = contradictorySides(marked).length > 0
  const text = <span class={isWrong ? 'fact wrong' : 'fact'}>{`${placed}/6`}</span>
  const title = isWrong ? 'Points contradict each other' : `${placed} of six template points`
  if (!reachable) return <span title={title}>{text}</span>
  const label = `${isActive ? 'Stop placing' : 'Place'} points of ${name}, ${placed}/6`
  return (
    <button
      type="button"
      class="link points-count"
      data-key={`mark-${name}`}
      aria-label={label}
      aria-pressed={isActive}
      title={`${title}. ${label}`}
      onClick={() => {
        actions.activate(isActive ? null : name, null)
      }}
    >
      {text}
    </button>
  )
}

/** Why a structure needs a look, and what to do about it. */
function reasonOf(row: StructureRow): string | null {
  if (row.status === 'waiting') return null
  if (row.reason !== undefined) return row.reason
  return isUnsure(row)
    ? 'The templates fit this scan only loosely here: check the box in all planes, or add a template that looks more like this scan.'
    : null
}
