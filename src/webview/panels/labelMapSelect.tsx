import type { JSX } from 'preact'

/** The list of label maps beside the scan; `chosen` is null for none. */
export function LabelMapSelect({
  names,
  chosen,
  onPick,
}: {
  readonly names: readonly string[]
  readonly chosen: string | null
  readonly onPick: (name: string | null) => void
}): JSX.Element {
  return (
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
  )
}
