import { expect, it } from 'vitest'
import { joinDirections } from '../../../../src/webview/panels/joinDirections.js'

it('makes one line of keys that differ in their direction', () => {
  expect(
    joinDirections([
      ['Page Up', 'Next Slice'],
      ['Ctrl+←', 'Crosshair Left'],
      ['Ctrl+→', 'Crosshair Right'],
      ['Shift+←', 'Pan Left'],
      ['L', 'Window: Level Up'],
    ]),
  ).toEqual([
    ['Page Up', 'Next Slice'],
    ['Ctrl+← →', 'Crosshair'],
    ['Shift+←', 'Pan'],
    ['L', 'Window: Level Up'],
  ])
})
