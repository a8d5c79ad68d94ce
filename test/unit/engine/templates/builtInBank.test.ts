import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBank } from '../../../../src/engine/medlam/bankFile.js'
import { closeMedlamModel, openMedlamModel, readModelCard } from '../../../../src/engine/medlam/model.js'
import { sha256File } from '../../../../src/shared/node/hash.js'

const MODELS = path.resolve(import.meta.dirname, '../../../../models')

describe('what ships', () => {
  it('is a dense localizer whose files are the ones its card names', async () => {
    const card = await readModelCard(path.join(MODELS, 'medlam-small.json'))
    if (card.kind !== 'dense') throw new Error('the built-in localizer must be dense')
    for (const { file, sha256 } of [card.position, card.features])
      expect(await sha256File(path.join(MODELS, file))).toBe(sha256)
  })

  it('is a head-and-neck bank of seven organs made with that very localizer, credited and calibrated', async () => {
    const model = await openMedlamModel(path.join(MODELS, 'medlam-small.json'), path.join(MODELS, 'correlate.onnx'))
    await closeMedlamModel(model)
    const bank = await readBank(path.join(MODELS, 'bank-head-neck.msgpack'))
    expect(bank.modelHash).toBe(model.hash)
    expect(bank.name).toBe('head-neck')
    expect(bank.structures.map((structure) => structure.name)).toEqual([
      'Brainstem',
      'SpinalCord',
      'RightParotid',
      'LeftParotid',
      'Esophagus',
      'Larynx',
      'Mandible',
    ])
    expect(bank.templates.length).toBeGreaterThanOrEqual(5)
    expect([...bank.calibrations.keys()].sort()).toEqual(bank.structures.map((structure) => structure.name).sort())
    expect(bank.credit).toMatch(/OpenKBP/)
    // Otherwise its confidences would say nothing.
    const shares = bank.reliability.map(({ withinShare }) => withinShare)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.length).toBeGreaterThanOrEqual(3)
  })
  it('is a trunk bank of ten organs, credited, whose values are not those of the other bank', async () => {
    const [trunk, headNeck] = await Promise.all(
      ['trunk', 'head-neck'].map((name) => readBank(path.join(MODELS, `bank-${name}.msgpack`))),
    )
    expect(trunk.modelHash).toBe(headNeck.modelHash)
    expect(trunk.structures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['RightLung', 'LeftLung', 'Heart', 'Liver', 'Spleen', 'RightKidney', 'LeftKidney']),
    )
    const values = [...trunk.structures, ...headNeck.structures].map(({ labelValue }) => labelValue)
    expect(new Set(values).size).toBe(values.length)
    for (const source of [
      'LIDC-IDRI',
      'ACRIN-FLT-Breast',
      'CPTAC-PDA',
      'TCGA-OV',
      'Lung-PET-CT-Dx',
      'CC BY',
      'not clinical',
    ])
      expect(trunk.credit).toContain(source)
  })

  it.each(['trunk', 'head-neck'])(
    'holds in its %s bank descriptors of 6 mm and more, and drawn masks',
    async (name) => {
      const { templates } = await readBank(path.join(MODELS, `bank-${name}.msgpack`))
      for (const { alignment, structures } of templates) {
        expect(alignment?.descriptors.map(({ spacingMm }) => spacingMm)).toEqual([9, 6])
        expect(alignment?.masks.map((mask) => mask.name).sort()).toEqual([...structures.keys()].sort())
        expect(alignment?.masks.every(({ points, spacingMm }) => points === null && spacingMm === 6)).toBe(true)
      }
    },
  )
})
