import { describe, expect, it } from 'vitest'
import type { ListedStructure } from '../../../../src/protocol/scanEditor.js'
import type { StructurePoints } from '../../../../src/shared/scanPoints.js'
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
      {
        kind: 'running',
        name: 'a',
        progress: null,
        finished: 0,
        isEnding: false,
        structures: [named('Thyroid', 1, { status: 'waiting' })],
      },
      [named('Larynx', 1)],
      facts,
    )
    expect(rows.map(({ name, volumeMl, reachable }) => [name, volumeMl, reachable])).toEqual([['Thyroid', null, false]])
    expect(
      structureRows(
        { kind: 'running', name: 'a', progress: null, finished: 0, isEnding: false, structures: [] },
        [named('Larynx', 1)],
        [],
      ).map(({ name }) => name),
    ).toEqual(['Larynx'])
  })

  it('carry points of the same name as a detail, with their colour; structures with points alone come last', () => {
    const marked = (name: string): StructurePoints => ({ name, color: '#abcdef', points: {} })
    const rows = structureRows({ kind: 'idle' }, [named('Larynx', 1), named('Brainstem', 2)], facts, [
      marked('Thyroid'),
      marked('Larynx'),
    ])
    expect(rows.map((row) => [row.name, row.labelValue, row.color, row.marked?.name])).toEqual([
      ['Larynx', 1, '#abcdef', 'Larynx'],
      ['Brainstem', 2, '#112233', undefined],
      ['Label 9', 9, rows[2].color, undefined],
      ['Thyroid', 0, '#abcdef', 'Thyroid'],
    ])
  })

  it('have the boxes that a run for boxes alone found, beside what the label map holds', () => {
    const rows = structureRows(
      {
        kind: 'localized',
        summary: '',
        warnings: [],
        structures: [named('Larynx', 7, { boxMm: box, confidence: 0.5 }), named('Thyroid', 9, { boxMm: box })],
      },
      [named('Larynx', 1), named('Brainstem', 2)],
      facts,
    )
    expect(rows.map(({ name, labelValue, confidence, boxMm }) => [name, labelValue, confidence, boxMm])).toEqual([
      ['Thyroid', 0, null, box],
      ['Larynx', 1, 0.5, box],
      ['Brainstem', 2, null, null],
      ['Label 9', 9, null, null],
    ])
  })
})
