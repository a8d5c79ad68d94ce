import { describe, expect, it } from 'vitest'
import { startPace } from '../../../../src/engine/dataset/pace.js'

const HOUR_MS = 3_600_000

describe('the pace of a run', () => {
  it('is that of the scans done, over the time in which it worked', () => {
    let nowMs = 0
    const pace = startPace(10, () => nowMs)
    pace.count('already')
    expect(pace.totals()).toEqual({ total: 10, done: 0, failed: 0, already: 1, scansPerHour: null, secondsLeft: null })
    nowMs = HOUR_MS
    pace.count('done')
    pace.count('done')
    pace.count('failed')
    expect(pace.totals()).toMatchObject({ done: 2, failed: 1, scansPerHour: 2, secondsLeft: 3 * 3600 })
    pace.stopClock()
    nowMs += 100 * HOUR_MS
    expect(pace.totals().scansPerHour).toBe(2)
    pace.startClock()
    pace.startClock()
    nowMs += HOUR_MS
    expect(pace.totals().scansPerHour).toBe(1)
  })
})
