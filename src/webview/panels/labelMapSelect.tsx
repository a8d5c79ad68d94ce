import type { JSX } from 'preact'
import { Button } from './button.js'

/** The list of label maps beside the scan; `chosen` is null for none. */
export function LabelMapSelect({
  names,
  chosen,
  onPick,
  onImport,
  onDelete,
}: {
  readonly names: readonly string[]
  readonly chosen: string | null
  readonly onPick: (name: string | null) => void
  /** Absent where none can be imported. */
  readonly onImport: (() => void) | null
  readonly onDelete: () => void
}): JSX.Element {
  return (
    <div class="label-map">
      <select
        aria-label="Label map"
        data-key="labelMap"
        value={chosen ?? ''}
        disabled={names.length === 0}
        onChange={({ currentTarget: { value } }) => {
          onPick(value === '' ? null : value)
        }}
      >
        <option value="">{names.length === 0 ? 'No label map' : 'None shown'}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {onImport !== null && (
        <Button
          name="importLabels"
          icon="import"
          text=""
          class="button plain"
          label="Show the structures of a DICOM SEG or RTSTRUCT, as a new label map…"
          onClick={onImport}
        />
      )}
      <Button
        name="deleteLabelMap"
        icon="trash"
        text=""
        class="button plain"
        label={chosen === null ? 'Move the label map to the trash' : `Move ${chosen} to the trash…`}
        disabled={chosen === null}
        onClick={onDelete}
      />
    </div>
  )
}
