import type { JSX } from 'preact'

/** A checkbox; `name` is for tests that look for it. */
export function Checkbox({
  name,
  label,
  checked,
  disabled,
  onChange,
}: {
  readonly name: string
  readonly label?: string
  readonly checked: boolean
  readonly disabled?: boolean
  readonly onChange: (checked: boolean) => void
}): JSX.Element {
  return (
    <input
      type="checkbox"
      aria-label={label}
      data-key={name}
      checked={checked}
      disabled={disabled === true}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.checked)
      }}
    />
  )
}
