import { expect, it } from 'vitest'
import { addedText, type AddOutcome } from '../../../../src/host/templates/addedText.js'

const text = (change: Partial<AddOutcome>): string =>
  addedText({
    set: 'Mine',
    scans: 1,
    added: [],
    madeOf: [],
    unmarked: [],
    labelMaps: [],
    failures: [],
    stopped: false,
    ...change,
  })

it('says how many scans were added', () => {
  expect(text({ added: ['a.nii'] })).toBe('a.nii is a template of Mine now.')
  expect(text({ scans: 2, added: ['a.nii', 'b.nii'] })).toBe('2 scans are templates of Mine now.')
})

it('says which label maps they were made of, the first few by name', () => {
  expect(text({ added: ['a.nii'], madeOf: ['a_seg.nii'] })).toBe('a.nii is a template of Mine now, made of a_seg.nii.')
  expect(text({ scans: 5, added: ['a', 'b', 'c', 'd', 'e'], madeOf: ['1', '2', '3', '4', '5'] })).toBe(
    '5 scans are templates of Mine now, made of 1, 2, 3, 4 and others.',
  )
})

it('names each that was not, with the reason and what to do', () => {
  expect(
    text({
      scans: 6,
      added: ['a.nii'],
      unmarked: ['b.nii', 'c.nii'],
      labelMaps: ['a_seg.nii'],
      failures: [{ name: 'd.nii', message: 'It is cut short.' }],
      stopped: true,
    }),
  ).toBe(
    '1 of 6 scans are templates of Mine now. b.nii, c.nii have no points and no label map yet: mark six points per structure, then add again. ' +
      'a_seg.nii is a label map: add the scan that it was drawn on instead. d.nii: It is cut short. It was stopped before the rest.',
  )
})
