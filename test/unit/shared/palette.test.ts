import { describe, expect, it } from 'vitest'
import { readBank } from '../../../src/engine/medlam/bankFile.js'
import { listBuiltInBanks, builtInBankPath } from '../../../src/engine/models/assets.js'
import { colored, colorFor, ORGANS, PALETTE } from '../../../src/shared/palette.js'

describe('colours of structures', () => {
  it('are those of the built-in banks for the organs that these know', async () => {
    for (const name of await listBuiltInBanks('models')) {
      const { structures } = await readBank(builtInBankPath('models', name))
      expect(structures.map((organ) => colorFor(organ.name, []))).toEqual(structures.map(({ color }) => color))
    }
  })

  it('tell the organs of a region apart, and those of chest and belly', () => {
    for (const regions of [['Head and neck'], ['Thorax', 'Abdomen'], ['Pelvis']]) {
      const colors = ORGANS.filter(({ region }) => regions.includes(region)).map(({ color }) => color)
      expect(new Set(colors).size).toBe(colors.length)
    }
  })

  it('are taken in turn by structures of other names, and again when all are taken', () => {
    const all: readonly string[] = Object.values(PALETTE)
    const many = colored(Array.from({ length: 18 }, (_, i) => ({ name: `Label ${i}` })))
    expect(many.map(({ color }) => color)).toEqual([...all, all[0], all[1]])
    expect(colored([{ name: 'a', color: '#e69f00' }, { name: 'b' }, { name: 'LARYNX' }]).map((s) => s.color)).toEqual([
      '#e69f00',
      '#56b4e9',
      '#d55e00',
    ])
  })
})
