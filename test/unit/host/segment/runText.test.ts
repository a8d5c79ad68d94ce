import type { Sidecar } from '../../../../src/shared/sidecar.js'
import { expect, it } from 'vitest'
import { localizedText, runItemText, runTooltip, segmentedText } from '../../../../src/host/segment/runText.js'

it('says where a run stands, and what a click does', () => {
  expect(runItemText(null)).toBe('$(sync~spin) MedLSAM starting')
  const progress = { stage: 'segment', done: 4, total: 20, secondsLeft: null, detail: 'Larynx' } as const
  expect(runItemText(progress)).toBe('$(sync~spin) MedLSAM segment 4 of 20')
  expect(runTooltip('a_ct.nii', progress)).toBe(
    'Localize & Segment a_ct.nii: segment 4 of 20 · Larynx. Click to open the scan, and to cancel there.',
  )
})

it('says how many runs wait', () => {
  expect(runItemText(null, 2)).toBe('$(sync~spin) MedLSAM starting, 2 waiting')
})

it('says what was found, where it was written, and what an update left alone', () => {
  const structure = (name: string, status: 'found' | 'not-found'): Sidecar['structures'][number] =>
    ({ name, status }) as Sidecar['structures'][number]
  const structures = [structure('A', 'found'), structure('B', 'not-found')]
  const report = { structures, seconds: { localize: 2, segment: 3.4 }, output: 'a_dseg.nii.gz' }
  expect(segmentedText(report)).toBe('1 of 2 structures found in 5 s; written to a_dseg.nii.gz.')
  const earlier = [{ structures: ['A'] }] as unknown as NonNullable<Sidecar['earlier']>
  expect(segmentedText({ ...report, earlier })).toBe(
    '0 of 1 structures found in 5 s; written to a_dseg.nii.gz. 1 other there was left as it is.',
  )
  expect(localizedText(report)).toBe('1 of 2 structures found in 5 s; nothing was written.')
})
