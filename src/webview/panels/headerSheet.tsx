import type { JSX, TargetedMouseEvent } from 'preact'
import type { ImageState } from '../control/editorState.js'
import { Button } from './button.js'
import { headerRows } from './headerRows.js'

/** A dialog with size, spacing, orientation and header of the scan; it is open as long as it is in the page. */
export function HeaderSheet({
  name,
  image,
  onClose,
}: {
  readonly name: string
  readonly image: ImageState
  readonly onClose: () => void
}): JSX.Element {
  return (
    <dialog class="help header-sheet" aria-label={`Header of ${name}`} ref={showModal} onClose={onClose}>
      <Button text="Close" class="button primary" onClick={closeDialog} />
      <h2>{name}</h2>
      <table>
        <tbody>
          {headerRows(image).map(([title, text]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {image.facts.warnings.map((warning, at) => (
        <p key={at} class="warning">
          {warning}
        </p>
      ))}
      <h2>Header as stored</h2>
      <pre tabIndex={0}>{image.facts.headerText}</pre>
    </dialog>
  )
}

function showModal(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) dialog.showModal()
}

function closeDialog({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>): void {
  currentTarget.closest('dialog')?.close()
}
