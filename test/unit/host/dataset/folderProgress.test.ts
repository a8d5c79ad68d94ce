import { describe, expect, it } from 'vitest'
import type { DatasetEvent, DatasetOutcome, DatasetScan, DatasetTotals } from '../../../../src/shared/datasetRun.js'
import { afterEvent, FIRST_PROGRESS, outcomeText, progressText } from '../../../../src/host/dataset/folderProgress.js'

const scan: DatasetScan = { path: 'p1/a_ct.nii.gz', scanPath: '', output: '', labelMapPath: '' }
const totals = (change: Partial<DatasetTotals> = {}): DatasetTotals => ({
  total: 12,
  done: 0,
  failed: 0,
  already: 0,
  scansPerHour: null,
  secondsLeft: null,
  ...change,
})
const line = (...events: DatasetEvent[]): string => progressText(events.reduce(afterEvent, FIRST_PROGRESS))

describe('the progress of a folder', () => {
  it('says which scan, which step, how many and how long', () => {
    expect(progressText(FIRST_PROGRESS)).toBe('loading models and templates')
    expect(line({ kind: 'queued' })).toBe('waiting for the run that is going on')
    expect(line({ kind: 'queued' }, { kind: 'started', totals: totals() })).toBe('0 of 12')
    expect(
      line(
        { kind: 'started', totals: totals({ already: 2 }) },
        {
          kind: 'scanDone',
          lane: 0,
          scan,
          seconds: 1,
          stageSeconds: { localize: 1 },
          found: 1,
          structures: 1,
          totals: totals({ already: 2, done: 1, secondsLeft: 300 }),
        },
        { kind: 'scanStarted', lane: 0, scan },
        { kind: 'scanProgress', lane: 0, scan, progress: { stage: 'segment', done: 4, total: 20, secondsLeft: 3 } },
      ),
    ).toBe('3 of 12 · p1/a_ct.nii.gz · segment 4 of 20 · about 5 min left')
  })

  it('says that it is paused, and that scans failed', () => {
    expect(
      line(
        { kind: 'started', totals: totals() },
        {
          kind: 'scanFailed',
          lane: 0,
          scan,
          failure: { path: scan.path, stage: 'read', error: { kind: 'input', message: 'broken' } },
          totals: totals({ failed: 1, secondsLeft: 60 }),
        },
        { kind: 'paused' },
      ),
    ).toBe('paused · 1 of 12 · 1 failed')
  })
})

describe('the end of a folder', () => {
  const outcome = (change: Partial<DatasetOutcome>): string =>
    outcomeText({
      totals: totals({ total: 3, done: 3 }),
      failures: [],
      nothingFound: [],
      kept: [],
      stopped: false,
      summaryCsv: '',
      summaryHtml: '',
      ...change,
    })

  it('is told in one sentence when all is well', () => {
    expect(outcome({})).toBe('3 of 3 scans segmented.')
  })

  it('counts scans that show nothing by themselves', () => {
    expect(outcome({ nothingFound: ['leg.nii'] })).toBe('2 of 3 scans segmented, nothing found in 1.')
  })

  it('names what failed, what was left alone and what is still to do', () => {
    expect(
      outcome({
        totals: totals({ total: 5, done: 1, failed: 1, already: 2 }),
        kept: ['k.nii'],
        failures: [{ path: 'b.nii', stage: 'read', error: { kind: 'input', message: 'It is cut short.' } }],
        stopped: true,
      }),
    ).toBe(
      '1 of 5 scans segmented, 1 done before, 1 left alone, since their label maps are not from such a run or were edited, 1 not done: start it again to go on. 1 failed: b.nii: It is cut short.',
    )
  })
})
