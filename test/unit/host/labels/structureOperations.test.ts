import { describe, expect, it } from 'vitest'
import packageJson from '../../../../package.json' with { type: 'json' }
import { askedNumber, numberProblem, STRUCTURE_OPERATIONS } from '../../../../src/host/labels/structureOperations.js'

describe('operations on structures', () => {
  it('are commands in the palette and in the menu of a structure', () => {
    const { commands, menus } = packageJson.contributes
    const wanted = STRUCTURE_OPERATIONS.map((name) => `medlsam.structure.${name}`)
    const isOne = (command: string | undefined): boolean => command?.startsWith('medlsam.structure.') === true
    const named = (all: readonly { readonly command?: string }[]): unknown[] =>
      all.map(({ command }) => command).filter(isOne)
    expect(named(commands)).toEqual(wanted)
    expect(named(menus.commandPalette)).toEqual(wanted)
    expect(named(menus['medlsam.structureMask'])).toEqual(wanted)
  })

  it('take numbers above 0 and below what is sensible, with a point or a comma', () => {
    const asked = askedNumber('grow')
    if (asked === null) throw new Error('Growing asks for a number.')
    for (const fine of ['2', ' 2.5 ', '0,5', '50']) expect(numberProblem(fine, asked), fine).toBeNull()
    for (const wrong of ['', 'two', '0', '-1', '1e999', 'NaN'])
      expect(numberProblem(wrong, asked), wrong).toMatch(/^Write a number of mm above 0/)
    expect(numberProblem('51', asked)).toBe('At most 50 mm.')
  })
})
