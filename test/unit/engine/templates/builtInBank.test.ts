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
  })
})
