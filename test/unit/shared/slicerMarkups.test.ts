import { describe, expect, it } from 'vitest'
import { formatMarkups, markupsNameOf, parseMarkups } from '../../../src/shared/slicerMarkups.js'

const POINTS = {
  structures: [{ name: 'LeftParotid', color: '#3cb44b', points: { left: [-62.5, 4, 10], inferior: [-50, 0, -12.25] } }],
} as const

describe('3D Slicer markups', () => {
  it('gives back what was written', () => {
    expect(parseMarkups(formatMarkups({ points: POINTS, others: [] }), 'a.mrk.json').points).toEqual(POINTS)
  })

  it('writes LPS and says so: the patient left is plus x', () => {
    const file = JSON.parse(formatMarkups({ points: POINTS, others: [] })) as {
      '@schema': string
      markups: { type: string; coordinateSystem: string; controlPoints: { label: string; position: number[] }[] }[]
    }
    expect(file['@schema']).toMatch(/markups-schema-v1\.0\.\d\.json#$/)
    expect(file.markups[0]).toMatchObject({
      type: 'Fiducial',
      coordinateSystem: 'LPS',
      coordinateUnits: 'mm',
      name: 'LeftParotid',
    })
    expect(file.markups[0].controlPoints.find(({ label }) => label === 'left')?.position).toEqual([62.5, -4, 10])
  })

  it('reads RAS, and LPS where nothing is said, as 3D Slicer does', () => {
    const one = (coordinateSystem?: string): string =>
      JSON.stringify({
        markups: [
          { type: 'Fiducial', name: 'A', coordinateSystem, controlPoints: [{ label: 'left', position: [1, 2, 3] }] },
        ],
      })
    expect(parseMarkups(one('RAS'), 'a').points.structures[0].points.left).toEqual([1, 2, 3])
    expect(parseMarkups(one('LPS'), 'a').points.structures[0].points.left).toEqual([-1, -2, 3])
    expect(parseMarkups(one(), 'a').points.structures[0].points.left).toEqual([-1, -2, 3])
  })

  it('leaves out points that 3D Slicer has not placed', () => {
    const text = JSON.stringify({
      markups: [
        {
          type: 'Fiducial',
          name: 'A',
          controlPoints: [{ label: 'left', positionStatus: 'undefined', position: [0, 0, 0] }],
        },
      ],
    })
    expect(parseMarkups(text, 'a').points.structures[0].points).toEqual({})
  })

  const larynx = (change: object): string =>
    JSON.stringify({
      markups: [
        {
          type: 'Fiducial',
          name: 'Larynx',
          coordinateSystem: 'RAS',
          coordinateUnits: 'mm',
          controlPoints: [
            { label: 'right', position: [10, 0, 0] },
            { label: 'left', position: [-20, 0, 0] },
          ],
          ...change,
        },
      ],
    })

  it.each([
    ['""', ''],
    ['null', null],
    ['two numbers', [1, 2]],
  ])('keeps the other points, with a word, where the position of one is %s', (_, position) => {
    const { points, others, notes } = parseMarkups(
      larynx({
        controlPoints: [
          { label: 'left', position, positionStatus: 'undefined' },
          { label: 'right', position: [10, 0, 0] },
        ],
      }),
      'a',
    )
    expect(points.structures).toMatchObject([{ name: 'Larynx', points: { right: [10, 0, 0] } }])
    expect(others).toEqual([])
    expect(notes).toEqual(['a: the point "left" of "Larynx" is not placed yet.'])
  })

  it.each([
    ['cm', [100, 0, 0]],
    [
      ['um', 'UCUM', 'micrometer'],
      [0.01, 0, 0],
    ],
    [undefined, [10, 0, 0]],
  ])('reads points in the unit %j', (coordinateUnits, right) => {
    expect(parseMarkups(larynx({ coordinateUnits }), 'a').points.structures[0].points.right).toEqual(right)
  })

  it('leaves a structure in unknown units or coordinates as it is, with a word', () => {
    for (const change of [{ coordinateUnits: 'parsec' }, { coordinateSystem: 'IJK' }]) {
      const { points, others, notes } = parseMarkups(larynx(change), 'a')
      expect(points.structures).toEqual([])
      expect(others).toHaveLength(1)
      expect(notes.join()).toMatch(/"Larynx" are in "(parsec|IJK)", which is not known/)
    }
  })

  it('keeps a structure whose colour or name is odd', () => {
    const odd = larynx({ display: { color: 'red' }, locked: 7, name: '' })
    expect(parseMarkups(odd, 'a').points.structures).toMatchObject([{ name: 'Structure 1' }])
  })

  it('keeps markups of other kinds and labels as they are', () => {
    const others = [
      { type: 'Line', controlPoints: [] },
      { type: 'Fiducial', name: 'Mine', controlPoints: [{ label: 'F-1', position: [1, 2, 3] }] },
    ]
    const read = parseMarkups(JSON.stringify({ markups: others }), 'a')
    expect(read.points.structures).toEqual([])
    expect(JSON.parse(formatMarkups(read))).toMatchObject({ markups: others })
  })

  it('lies beside its scan', () => {
    expect(markupsNameOf('p1_ct.nii.gz')).toBe('p1_ct.mrk.json')
  })

  it('gives lists without a colour those of the palette', () => {
    const lists = ['Larynx', 'Mine', 'Other'].map((name) => ({ type: 'Fiducial', name }))
    expect(parseMarkups(JSON.stringify({ markups: lists }), 'a').points.structures.map(({ color }) => color)).toEqual([
      '#d55e00',
      '#e69f00',
      '#56b4e9',
    ])
  })

  it('names the file when it is no markups file', () => {
    expect(() => parseMarkups('nonsense', 'a.mrk.json')).toThrow(/a\.mrk\.json is not JSON/)
    expect(() => parseMarkups('{}', 'a.mrk.json')).toThrow(/a\.mrk\.json is not a 3D Slicer markups file/)
  })
})
