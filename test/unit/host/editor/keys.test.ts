import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyHelp } from '../../../../src/host/editor/keys.js'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Parameters<typeof keyHelp>[0]

describe('the help sheet', () => {
  it('lists every key that works in the scan editor, and none of the side bar', () => {
    const lines = keyHelp(manifest)
    const bound = manifest.contributes.keybindings.filter(
      ({ command, when }) => command.startsWith('medlsam.') && !when?.includes('focusedView'),
    )
    expect(lines.map(({ keys }) => keys)).toEqual(bound.map(({ key }) => key))
    expect(lines).toEqual(
      expect.arrayContaining([
        { keys: 'shift+a', title: 'Add Structure' },
        { keys: 'ctrl+alt+g', title: 'Localize & Segment' },
        { keys: 'escape', title: 'Cancel the Run' },
        { keys: 'pageup', title: 'Next Slice' },
      ]),
    )
    expect(lines.filter(({ title }) => title.startsWith('medlsam.'))).toEqual([])
  })
})
