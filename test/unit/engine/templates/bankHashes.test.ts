import { describe, expect, it } from 'vitest'
import type { BankPoints, BankTemplate, TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { latentOf } from '../../../../src/engine/medlam/salFrame.js'
import { bankHash, hashStructures } from '../../../../src/engine/templates/bankHashes.js'
import { mapSides } from '../../../../src/shared/geometry/points.js'
import { roundBank } from '../../../../src/engine/medlam/bankFile.js'
import { makeAlignmentTemplate } from '../../../../src/engine/alignment/alignmentTemplate.js'
import { bodyOnGrid } from '../alignment/syntheticBody.js'

const points = (x: number): BankPoints =>
  mapSides(() => ({ pointMm: [x, 0, 0], latent: latentOf(0, 0, 0), descriptors: [new Float32Array([1])] }))
const template = (id: string, structures: Readonly<Record<string, number>>): BankTemplate => ({
  id,
  sha256: id,
  alignment: null,
  structures: new Map(
    Object.entries(structures).map(([name, x]) => [
      name,
      { points: points(x), parts: [], onePiece: true, prior: null },
    ]),
  ),
})
const bank = (...templates: BankTemplate[]): TemplateBank => ({
  name: 'set',
  modelId: 'm',
  modelHash: 'h',
  structures: ['Heart', 'Liver'].map((name, i) => ({ name, labelValue: i + 1, color: '#112233' })),
  templates,
  calibrations: new Map(),
  reliability: [],
  credit: '',
})

describe('The hash of a structure in a bank', () => {
  const first = template('a', { Heart: 1, Liver: 2 })

  it('changes with the templates that have the structure, and with no others', () => {
    const before = hashStructures(bank(first))
    const after = hashStructures(bank(first, template('b', { Heart: 3 })))
    expect(after['Heart']).not.toBe(before['Heart'])
    expect(after['Liver']).toBe(before['Liver'])
    expect(bankHash(bank(first))).not.toBe(bankHash(bank(first, template('b', { Heart: 3 }))))
  })

  it('changes with its points, and not with what the set or the scan is called', () => {
    const before = hashStructures(bank(first))
    expect(hashStructures(bank(template('a', { Heart: 1, Liver: 9 })))['Liver']).not.toBe(before['Liver'])
    expect(hashStructures({ ...bank({ ...first, id: 'other' }), name: 'other', credit: 'me' })).toEqual(before)
  })
})

describe('The hash of a bank', () => {
  const withTissue = (): TemplateBank => {
    const scan = bodyOnGrid([24, 20, 16], [0, 0, 0], (p) => p)
    return roundBank(
      bank({ ...template('a', { Heart: 1 }), alignment: makeAlignmentTemplate({ id: 'a', scan, masks: [] }) }),
    )
  }

  it('changes with a single cell that alignment looks at', () => {
    const [one, same, other] = [withTissue(), withTissue(), withTissue()]
    for (const { alignment } of other.templates) if (alignment !== null) alignment.descriptors[0].data[7] ^= 0x10
    expect(bankHash(same)).toBe(bankHash(one))
    expect(bankHash(other)).not.toBe(bankHash(one))
  })

  it('is the same for what is read from the file of a bank', () => {
    const one = withTissue()
    expect(bankHash(roundBank(one))).toBe(bankHash(one))
  })
})
