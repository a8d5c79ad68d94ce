import { expect, it } from 'vitest'
import { howText, sliceStepText, templatesText, updateText } from '../../../../src/host/segment/runWords.js'

it('says what templates hold, and whom to credit', () => {
  expect(templatesText({ structures: [1, 2], templates: [1], credit: 'OpenKBP' })).toBe('2 organs of 1 scan · OpenKBP')
  expect(templatesText({ structures: [1], templates: [1, 2], credit: '' })).toBe('1 organ of 2 scans')
})

it('says how a run is done', () => {
  const how = { task: 'segment', quality: 'balanced', sliceStep: 3, segmenter: 'mobilesam' } as const
  expect(howText(how)).toBe('balanced, every third slice, mobilesam')
  expect(howText({ ...how, task: 'localize' })).toBe('boxes only')
  expect(howText({ ...how, quality: 'draft' })).toBe('draft')
  expect(howText({ ...how, sliceStep: 1 })).toBe('balanced, slices 6 mm apart, mobilesam')
  expect(sliceStepText(1, 'best')).toBe('every slice')
  expect(sliceStepText(5, 'balanced')).toBe('every 5th slice')
})

it('says what an update does', () => {
  expect(updateText(['Larynx', 'Mandible'], ['Larynx', 'A', 'B'])).toBe(
    'replaces Larynx, adds Mandible, leaves 2 others',
  )
  expect(updateText(['A', 'B', 'C', 'D'], [])).toBe('adds 4 structures')
  expect(updateText(null, ['A'])).toBe('replaces what the templates have, leaves all others')
})
