import { writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { mapSides } from '../../../../src/shared/geometry/points.js'
import { packPrior } from '../../../../src/shared/node/packedPrior.js'
import { formatTemplateSet, parseTemplateSet } from '../../../../src/shared/node/templateSetText.js'
import { COVER_CELLS, HU_BINS } from '../../../../src/shared/organPrior.js'
import { emptyTemplateSet, type TemplateSet } from '../../../../src/shared/templateSet.js'
import { tempFolder } from '../../../support/tempFolder.js'

const EMPTY = emptyTemplateSet('Mine')
const PRIOR = packPrior({
  cover: new Uint8Array(COVER_CELLS.columns * COVER_CELLS.rows * COVER_CELLS.slices),
  organHu: new Uint16Array(HU_BINS.count),
  surroundingsHu: new Uint16Array(HU_BINS.count),
})
const NAMES = ['Larynx', 'Mandible', 'Röhre "3"', '__proto__', ' '] as const

const points = fc
  .array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.integer()), {
    minLength: 6,
    maxLength: 6,
  })
  .map((six) => {
    const all = [...six]
    return mapSides(() => all.pop() ?? [0, 0, 0])
  })
const structureOfScan = fc.record(
  {
    points,
    parts: fc.array(points, { maxLength: 2 }),
    onePiece: fc.boolean(),
    appearance: fc.constantFrom(PRIOR, PRIOR.slice(0, 40), 'AAAA'),
  },
  { requiredKeys: ['points'] },
)
/** Template sets as people and programs leave them: some contradict themselves. */
const sets = fc.record({
  format: fc.constant('medlsam-template-set'),
  formatVersion: fc.constant(1),
  name: fc.string({ minLength: 1 }),
  structures: fc.array(
    fc.record({
      name: fc.constantFrom(...NAMES),
      labelValue: fc.integer({ min: 1, max: 5 }),
      color: fc.constant('#0072b2'),
    }),
    { maxLength: 4 },
  ),
  scans: fc.array(
    fc.record(
      {
        id: fc.string({ minLength: 1 }),
        path: fc.string({ minLength: 1 }),
        sha256: fc.constant('a'.repeat(64)),
        enabled: fc.boolean(),
        markups: fc.string({ minLength: 1 }),
        structures: fc.dictionary(fc.constantFrom(...NAMES), structureOfScan),
      },
      { requiredKeys: ['id', 'path', 'sha256', 'structures'] },
    ),
    { maxLength: 3 },
  ),
})

function parsed(text: string): TemplateSet | string {
  try {
    return parseTemplateSet(text, 'set.json')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('the text of a template set', () => {
  it('is the same after reading and writing, for every set that can be read', () => {
    let read = 0
    fc.assert(
      fc.property(sets, (set) => {
        const first = parsed(JSON.stringify(set))
        if (typeof first === 'string') return
        read += 1
        const text = formatTemplateSet(first)
        expect(parsed(text)).toEqual(first)
        expect(formatTemplateSet(parseTemplateSet(text, 'set.json'))).toBe(text)
      }),
      { numRuns: 300 },
    )
    expect(read).toBeGreaterThan(10)
  })

  it('is taken by a run exactly where the Templates view takes it', async () => {
    const file = path.join(tempFolder(), 'set.json')
    await fc.assert(
      fc.asyncProperty(sets, fc.boolean(), async (set, hasMark) => {
        const text = `${hasMark ? '\uFEFF' : ''}${JSON.stringify(set)}`
        writeFileSync(file, text)
        // As the view reads it: VS Code's bytes, decoded.
        const viewed = parsed(new TextDecoder().decode(Buffer.from(text)))
        const run = await readTemplateSet(file).catch((error: unknown) => String(error))
        if (typeof viewed === 'string') expect(run).toContain(viewed.replace('set.json', file))
        else expect(run).toEqual(viewed)
      }),
      { numRuns: 300 },
    )
  })

  it('is refused in one sentence that says what is wrong', () => {
    const scan = { id: 'p1', path: 'p1.nii', sha256: 'a'.repeat(64), enabled: true }
    const six = mapSides(() => [0, 0, 0] as const)
    const larynx = { name: 'Larynx', labelValue: 1, color: '#d55e00' }
    expect(parsed('{')).toMatch(/set\.json is not JSON/)
    expect(parsed('{"format":"other"}')).toMatch(/set\.json is not valid/)
    expect(parsed(formatTemplateSet({ ...EMPTY, scans: [{ ...scan, structures: { Larynx: { points: six } } }] }))).toBe(
      'The template set set.json gives points of "Larynx" in p1, but does not list that structure.',
    )
    expect(
      parsed(
        formatTemplateSet({
          ...EMPTY,
          structures: [larynx],
          scans: [{ ...scan, structures: { Larynx: { points: six, appearance: 'AAAA' } } }],
        }),
      ),
    ).toBe('The template set set.json has a corrupt prior of Larynx in p1: add that scan with its label map again.')
    for (const twice of [
      { ...larynx, labelValue: 2 },
      { ...larynx, name: 'Mandible' },
    ])
      expect(parsed(formatTemplateSet({ ...EMPTY, structures: [larynx, twice] }))).toMatch(/set\.json.*twice/)
  })
})
