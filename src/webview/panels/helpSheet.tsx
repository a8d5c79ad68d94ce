import type { JSX, TargetedMouseEvent } from 'preact'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import { Button } from './button.js'
import { keyText } from './keyText.js'

const MOUSE: readonly (readonly [string, string])[] = [
  ['Click, drag', 'Move the crosshair'],
  ['Wheel', 'Slices'],
  ['Ctrl + wheel', 'Zoom'],
  ['Right drag, Ctrl + drag', 'Window: sideways width, up and down level'],
  ['Middle drag, Shift + drag', 'Pan'],
  ['Drag in 3D', 'Turn the rendering'],
]

/** A dialog that lists every key and mouse gesture of the editor; it is open as long as it is in the page. */
export function HelpSheet({
  keys,
  onClose,
}: {
  readonly keys: readonly KeyHelp[]
  readonly onClose: () => void
}): JSX.Element {
  return (
    <dialog class="help" aria-label="Keys and mouse" ref={showModal} onClose={onClose}>
      {/* First, since the dialog gives it the focus and scrolls to it. */}
      <Button text="Close" class="button primary" onClick={closeDialog} />
      <h2>Keys</h2>
      <HelpTable rows={keys.map((key) => [keyText(key.keys), key.title])} />
      <h2>Mouse</h2>
      <HelpTable rows={MOUSE} />
    </dialog>
  )
}

function HelpTable({ rows }: { readonly rows: readonly (readonly [string, string])[] }): JSX.Element {
  return (
    <table>
      <tbody>
        {rows.map(([left, right], at) => (
          <tr key={at}>
            <th scope="row">
              <kbd>{left}</kbd>
            </th>
            <td>{right}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function showModal(dialog: HTMLDialogElement | null): void {
  if (dialog?.open === false) dialog.showModal()
}

/** Closed and not only taken away, a dialog gives the focus back. */
function closeDialog({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>): void {
  currentTarget.closest('dialog')?.close()
}
