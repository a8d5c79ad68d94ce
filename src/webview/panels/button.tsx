import type { JSX, TargetedMouseEvent } from 'preact'
import { Icon, type IconName } from './icon.js'

/** How a button looks and what it is called. */
export interface ButtonProps {
  readonly text: string
  readonly onClick: (event: TargetedMouseEvent<HTMLButtonElement>) => void
  /** Stands before the text; alone where there is none, or no room for it. */
  readonly icon?: IconName
  /** The accessible name where the text does not say enough; also the tooltip. */
  readonly label?: string
  /** What it does, for tests that look for it. */
  readonly name?: string
  readonly class?: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly title?: string | undefined
  readonly color?: string
}

/** A button with a text that is also its accessible name, unless `label` says more. */
export function Button(props: ButtonProps): JSX.Element {
  const { text, onClick, icon, label, name, pressed, disabled, title, color } = props
  return (
    <button
      type="button"
      class={props.class ?? 'button'}
      data-key={name}
      aria-label={label}
      aria-pressed={pressed}
      title={title ?? label ?? ''}
      disabled={disabled === true}
      style={color === undefined ? undefined : { background: color }}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {text === '' ? null : icon === undefined ? text : <span class="button-text">{text}</span>}
    </button>
  )
}
