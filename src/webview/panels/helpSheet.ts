import type { KeyHelp } from '../../protocol/viewCommand.js'
import { button, h } from '../dom/dom.js'
import { keyText } from './keyText.js'

const MOUSE: readonly (readonly [string, string])[] = [
  ['Click, drag', 'Move the crosshair'],
  ['Wheel', 'Slices'],
  ['Ctrl + wheel', 'Zoom'],
  ['Right drag, Ctrl + drag', 'Window: sideways width, up and down level'],
  ['Middle drag, Shift + drag', 'Pan'],
  ['Drag in 3D', 'Turn the rendering'],
]

/** A dialog that lists every key and mouse gesture of the editor. */
export function helpSheet(keys: readonly KeyHelp[]): HTMLDialogElement {
  const row = (left: string, right: string): HTMLTableRowElement =>
    h(
      'tr',
      {},
      h('th', { set: { scope: 'row' } }, h('kbd', { set: { textContent: left } })),
      h('td', { set: { textContent: right } }),
    )
  const dialog = h('dialog', { class: 'help', aria: { label: 'Keys and mouse' } })
  dialog.append(
    // First, since the dialog gives it the focus and scrolls to it.
    button(
      'Close',
      () => {
        dialog.close()
      },
      { class: 'button primary' },
    ),
    h('h2', { set: { textContent: 'Keys' } }),
    h('table', {}, h('tbody', {}, ...keys.map((key) => row(keyText(key.keys), key.title)))),
    h('h2', { set: { textContent: 'Mouse' } }),
    h('table', {}, h('tbody', {}, ...MOUSE.map(([left, right]) => row(left, right)))),
  )
  dialog.addEventListener('close', () => {
    dialog.remove()
  })
  return dialog
}
