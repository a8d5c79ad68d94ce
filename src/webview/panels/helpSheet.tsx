import type { JSX, TargetedMouseEvent } from 'preact'
import { KEY_GROUPS, type KeyHelp } from '../../protocol/viewCommand.js'
import { Button } from './button.js'
import { joinDirections } from './joinDirections.js'
import { keyText } from './keyText.js'

const MOUSE: readonly (readonly [string, string])[] = [
  ['Click, drag', 'Move the crosshair; turn the 3D view'],
  ['Wheel', 'Slices; zoom in 3D'],
  ['Ctrl + wheel', 'Zoom at the mouse'],
  ['Middle drag, Shift + drag', 'Pan'],
  ['Right drag, Ctrl + drag', 'Window: sideways width, up and down level'],
  ['Right click', 'Menu of the place or the structure'],
  ['Double click', 'One plane alone, and back'],
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
      {/* First, since the dialog gives it the focus. */}
      <Button text="Close" class="button primary" onClick={closeDialog} />
      <div class="help-columns">
        <HelpTable title="Mouse" rows={MOUSE} />
        {KEY_GROUPS.map((group) => (
          <HelpTable
            key={group}
            title={group}
            rows={joinDirections(
              keys.filter((key) => key.group === group).map((key) => [keyText(key.keys), key.title]),
            )}
          />
        ))}
      </div>
    </dialog>
  )
}

function HelpTable({
  title,
  rows,
}: {
  readonly title: string
  readonly rows: readonly (readonly [string, string])[]
}): JSX.Element | null {
  if (rows.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
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
    </section>
  )
}

function showModal(dialog: HTMLDialogElement | null): void {
  if (dialog?.open === false) dialog.showModal()
}

/** Closed and not only taken away, a dialog gives the focus back. */
function closeDialog({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>): void {
  currentTarget.closest('dialog')?.close()
}
