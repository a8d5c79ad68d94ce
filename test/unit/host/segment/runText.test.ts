import { expect, it } from 'vitest'
import { runItemText, runTooltip } from '../../../../src/host/segment/runText.js'

it('says where a run stands, and what a click does', () => {
  expect(runItemText(null)).toBe('$(sync~spin) MedLSAM starting')
  const progress = { stage: 'segment', done: 4, total: 20, secondsLeft: null, detail: 'Larynx' } as const
  expect(runItemText(progress)).toBe('$(sync~spin) MedLSAM segment 4 of 20')
  expect(runTooltip('a_ct.nii', progress)).toBe(
    'Localize & Segment a_ct.nii: segment 4 of 20 · Larynx. Click to open the scan, and to cancel there.',
  )
})
