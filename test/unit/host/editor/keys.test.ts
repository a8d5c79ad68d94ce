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
        { keys: 'shift+a', title: 'Add Structure', group: 'Template points' },
        { keys: 'ctrl+alt+g', title: 'Localize & Segment', group: 'Scans and runs' },
        { keys: 'pageup', title: 'Next Slice', group: 'Moving' },
      ]),
    )
    // A run is stopped by a button or a command, never by a key that means something else everywhere.
    expect(lines.filter(({ keys }) => keys === 'escape').map(({ title }) => title)).toEqual(['Lay the Tool Down'])
    expect(lines.filter(({ title }) => title.startsWith('medlsam.'))).toEqual([])
  })
})
