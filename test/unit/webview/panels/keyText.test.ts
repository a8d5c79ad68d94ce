import { expect, it } from 'vitest'
import { keyText } from '../../../../src/webview/panels/keyText.js'

it.each([
  ['w', 'W'],
  ['=', '='],
  ['shift+pageup', 'Shift+Page Up'],
  ['shift+left', 'Shift+←'],
  ['ctrl+alt+g', 'Ctrl+Alt+G'],
  ['escape', 'Esc'],
])('writes %s as %s', (key, text) => {
  expect(keyText(key)).toBe(text)
})
