import { expect, test } from 'vitest'
import { codesOf } from '../../../../src/engine/labels/terminology.js'
import { ORGANS } from '../../../../src/shared/palette.js'

test('Every organ that we know by name has a code of anatomy', () => {
  expect(ORGANS.filter(({ name }) => codesOf(name).category.meaning !== 'Anatomical Structure')).toEqual([])
})

test.each([
  ['RightKidney', 'Kidney', 'Right'],
  ['kidney_left', 'Kidney', 'Left'],
  ['Parotid_L', 'Parotid gland', 'Left'],
  ['Urinary bladder', 'Bladder', undefined],
  ['SpinalCord', 'Spinal cord', undefined],
  ['something else', 'Tissue', undefined],
  ['constructor', 'Tissue', undefined],
])('%s is %s', (name, type, side) => {
  expect(codesOf(name).type.meaning).toBe(type)
  expect(codesOf(name).side?.meaning).toBe(side)
})
