import { describe, expect, it } from 'vitest'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import { expectedSeconds, timesOf, withLatest, type RunTimes } from '../../../../src/host/segment/expectedSeconds.js'

const balanced: RunTimes = { quality: 'balanced', untilDraftSeconds: 10, segmentSeconds: 20 }
const draft: RunTimes = { quality: 'draft', untilDraftSeconds: 16, segmentSeconds: 0 }

describe('seconds to expect of a run', () => {
  it('follow the last runs, and their proportions where there was none in a quality', () => {
    expect(expectedSeconds([balanced])).toEqual({ best: 110, balanced: 30, draft: 10 })
    expect(expectedSeconds([{ ...balanced, quality: 'best' }])).toEqual({ best: 30, balanced: 14, draft: 10 })
    expect(expectedSeconds([draft, balanced])).toEqual({ best: 110, balanced: 30, draft: 16 })
  })

  it('are the usual ones at first, longer where drafts took longer', () => {
    const usual = expectedSeconds([])
    expect(usual.draft).toBeLessThan(usual.balanced)
    expect(usual.balanced).toBeLessThan(usual.best)
    const slow = expectedSeconds([draft])
    expect(slow.draft).toBe(16)
    expect(slow.balanced / usual.balanced).toBeCloseTo(16 / usual.draft)
  })

  it('are taken from what a run says of itself', () => {
    const seconds = { read: 1, localize: 9, segment: 20, write: 1 }
    expect(timesOf({ seconds, options: DEFAULT_RUN_OPTIONS })).toEqual({
      quality: 'balanced',
      untilDraftSeconds: 11,
      segmentSeconds: 20,
    })
    expect(timesOf({ seconds, options: { ...DEFAULT_RUN_OPTIONS, quality: 'draft' } })).toEqual({
      quality: 'draft',
      untilDraftSeconds: 31,
      segmentSeconds: 0,
    })
  })

  it('keep the latest run of each quality', () => {
    const later = { ...balanced, segmentSeconds: 30 }
    expect(withLatest([draft, balanced], later)).toEqual([later, draft])
  })
})
