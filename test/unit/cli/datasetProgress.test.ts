import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startDatasetProgress } from '../../../src/cli/datasetProgress.js'
import type { DatasetOutcome, DatasetPlan, DatasetTotals } from '../../../src/shared/datasetRun.js'

const scan = { path: 'a.nii', scanPath: '/a.nii', output: 'a_dseg.nii.gz', labelMapPath: '/a_dseg.nii.gz' }
const totals: DatasetTotals = { total: 3, done: 0, failed: 1, already: 0, scansPerHour: null, secondsLeft: null }
const failure = { path: 'a.nii', stage: 'read' as const, error: { kind: 'input' as const, message: 'It is cut off.' } }
const written = { stdout: '', stderr: '' }

beforeEach(() => {
  for (const name of ['stdout', 'stderr'] as const) {
    written[name] = ''
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text)
      return true
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** With stderr as a terminal that a person looks at. */
async function withTerminal(work: () => Promise<void>): Promise<void> {
  const fake = { isTTY: true, cursorTo: () => true, clearLine: () => true, moveCursor: () => true }
  const before = Object.keys(fake).map((name) => [name, Object.getOwnPropertyDescriptor(process.stderr, name)] as const)
  for (const [name, value] of Object.entries(fake))
    Object.defineProperty(process.stderr, name, { value, configurable: true })
  try {
    await work()
  } finally {
    for (const [name, own] of before) {
      if (own === undefined) Reflect.deleteProperty(process.stderr, name)
      else Object.defineProperty(process.stderr, name, own)
    }
  }
}

/** Bars are drawn ten times a second. */
const drawn = (): Promise<void> => setTimeout(300)

describe('the progress of a run of a dataset', () => {
  it('counts failures from the first one on, also before any scan is done', () => {
    const { listen } = startDatasetProgress(false)
    listen({ kind: 'scanElsewhere', scan, totals })
    const done = { kind: 'scanDone', lane: 0, scan, seconds: 5, stageSeconds: { localize: 5 } } as const
    listen({ ...done, found: 1, structures: 2, totals: { ...totals, done: 1 } })
    listen({
      ...done,
      found: 1,
      structures: 2,
      totals: { ...totals, done: 1, scansPerHour: 20, secondsLeft: 180 },
    })
    expect(written.stdout).toContain('[2/3] a.nii: 1 of 2 found, 5 s (1 failed so far)\n')
    expect(written.stdout).toContain('(20 scans/h, 3 min 0 s left, 1 failed so far)\n')
  })

  it('is a bar for all scans and one for each that is worked on, where there is a terminal', async () => {
    await withTerminal(async () => {
      const progress = startDatasetProgress(false)
      progress.plan({} as DatasetPlan, ['3 scans.'])
      progress.listen({ kind: 'started', totals: { ...totals, failed: 0 } })
      progress.listen({ kind: 'scanStarted', lane: 0, scan })
      progress.listen({
        kind: 'scanProgress',
        lane: 0,
        scan,
        progress: { stage: 'segment', done: 3, total: 9, secondsLeft: null },
      })
      await drawn()
      progress.listen({ kind: 'scanFailed', lane: 0, scan, failure, totals })
      await drawn()
      progress.end({} as DatasetOutcome, ['The end.'])
    })
    expect(written.stdout).toBe('3 scans.\nThe end.\n')
    expect(written.stderr).toMatch(/Scans.*0\/3/)
    expect(written.stderr).toContain('a.nii: FAILED (read): It is cut off.')
    expect(written.stderr).toMatch(/1\/3.*1 failed so far/)
  })

  it('outlives whoever reads it', () => {
    startDatasetProgress(true)
    for (const stream of [process.stdout, process.stderr])
      expect(() => stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).not.toThrow()
  })
})
