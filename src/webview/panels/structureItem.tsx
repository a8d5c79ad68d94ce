import type { JSX } from 'preact'
import type { StructureRow } from '../control/structureRows.js'
import { Button } from './button.js'
import { Checkbox } from './checkbox.js'
import type { EditorActions } from '../control/editorActions.js'
import { isUnsure, StructureBadge } from './structureBadge.js'

/** A structure of the list: shown or hidden, its name, its volume, how sure it is and why. */
export function StructureItem({
  row,
  isDrawn,
  isHidden,
  actions,
}: {
  readonly row: StructureRow
  readonly isDrawn: boolean
  readonly isHidden: boolean
  readonly actions: EditorActions
}): JSX.Element {
  const { name, labelValue, volumeMl } = row
  const reason = reasonOf(row)
  return (
    <li data-structure={name} data-status={row.status}>
      <Checkbox
        name={`show-${labelValue}`}
        label={`Show ${name}`}
        checked={!isHidden}
        disabled={!isDrawn}
        onChange={() => {
          actions.toggleLabel(labelValue)
        }}
      />
      <span class="swatch" aria-hidden="true" style={{ background: row.color }} />
      <Button
        name={`jump-${labelValue}`}
        text={name}
        label={`Jump to ${name}`}
        class="link name"
        disabled={!row.reachable}
        onClick={() => {
          actions.jumpToLabel(labelValue)
        }}
      />
      <span class="fact">{volumeMl === null ? null : `${volumeMl.toFixed(1)} ml`}</span>
      <StructureBadge row={row} />
      {reason !== null && <p class="reason">{reason}</p>}
    </li>
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
