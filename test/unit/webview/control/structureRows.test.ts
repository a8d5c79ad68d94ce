import { describe, expect, it } from 'vitest'
import type { ListedStructure } from '../../../../src/protocol/scanEditor.js'
import { structureRows } from '../../../../src/webview/control/structureRows.js'

const named = (name: string, labelValue: number, change: Partial<ListedStructure> = {}): ListedStructure => ({
  name,
  labelValue,
  color: '#112233',
  status: 'found',
  confidence: null,
  volumeMl: null,
  boxMm: null,
  extremePointsMm: null,
  ...change,
})
const facts = [
  { labelValue: 1, volumeMl: 2 },
  { labelValue: 9, volumeMl: 2 },
]
const box = { min: [0, 0, 0], max: [1, 1, 1] } as const

describe('the rows of the list of structures', () => {
  it('are the named labels with their volumes, then those that nobody names', () => {
    const rows = structureRows(
      { kind: 'idle' },
      [named('Larynx', 1), named('Brainstem', 2), named('Mandible', 3, { volumeMl: 5, boxMm: box })],
      facts,
    )
    expect(rows.map(({ name, volumeMl, reachable }) => [name, volumeMl, reachable])).toEqual([
      ['Larynx', 2, true],
      ['Brainstem', null, false],
      ['Mandible', 5, true],
      ['Label 9', 2, true],
    ])
  })

  it('have the volume that the voxels on display give, whatever an older sidecar says', () => {
    expect(structureRows({ kind: 'idle' }, [named('Larynx', 1, { volumeMl: 9 })], facts)[0].volumeMl).toBe(2)
  })

  it('are what a run looks for while it goes on, whatever lies over the scan', () => {
    const rows = structureRows(
      { kind: 'running', progress: null, structures: [named('Thyroid', 1, { status: 'waiting' })] },
      [named('Larynx', 1)],
      facts,
    )
    expect(rows.map(({ name, volumeMl, reachable }) => [name, volumeMl, reachable])).toEqual([['Thyroid', null, false]])
    expect(
      structureRows({ kind: 'running', progress: null, structures: [] }, [named('Larynx', 1)], []).map(
        ({ name }) => name,
      ),
    ).toEqual(['Larynx'])
  })
})
