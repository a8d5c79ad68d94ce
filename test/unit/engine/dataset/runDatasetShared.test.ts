import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { claimName } from '../../../../src/engine/dataset/scanQueue.js'
import { claim } from '../../../../src/engine/dataset/state/claims.js'
import { makePauseGate } from '../../../../src/engine/dataset/pauseGate.js'
import { runDataset } from '../../../../src/engine/dataset/runDataset.js'
import type { ScanWorker } from '../../../../src/engine/dataset/workers/scanWorker.js'
import { comparableTree } from '../../../support/datasetTree.js'
import { at, done, journalOf, plan, run, useTinyDataset, worker } from '../../../support/datasetRuns.js'

useTinyDataset()

describe('a run of a dataset that is stopped or shared', { timeout: 200_000 }, () => {
  it('passes over a scan that has brought down its process twice, and tries it last when it is started again', async () => {
    const journal = await journalOf('out')
    const begun = {
      kind: 'start',
      at: new Date().toISOString(),
      scan: 'a/p1_ct.nii.gz',
      output: 'a/p1_ct_dseg.nii.gz',
    } as const
    await journal.append({ ...begun, attempt: 1 })
    const abort = new AbortController()
    await run(
      {},
      {
        signal: abort.signal,
        onEvent: (event) => {
          if (event.kind === 'scanStarted') abort.abort()
        },
      },
    )
    expect((await journalOf('out')).last(begun.output)).toMatchObject({ kind: 'stopped' })
    await journal.refresh()
    await journal.append({ ...begun, attempt: 2 })
    const { outcome, events } = await run()
    expect(outcome.failures).toMatchObject([
      { path: 'a/p1_ct.nii.gz', error: { message: expect.stringContaining('2 times') } },
    ])
    expect(done(events)).toEqual(['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    rmSync(at('out/b'), { recursive: true })
    expect(done((await run()).events)).toEqual(['b/p3_ct.nii.gz', 'a/p1_ct.nii.gz'])
  })

  it('counts how often a scan was begun only where it shares the process', async () => {
    const attempts: (number | undefined)[] = []
    const begin = async (inProcess: boolean, attempt: number): Promise<void> => {
      await (
        await journalOf('out')
      ).append({
        kind: 'start',
        at: new Date().toISOString(),
        scan: 'a/p1_ct.nii.gz',
        output: 'a/p1_ct_dseg.nii.gz',
        attempt,
      })
      const looking: ScanWorker = {
        ...worker,
        segment: async () => {
          const last = (await journalOf('out')).last('a/p1_ct_dseg.nii.gz')
          attempts.push(last?.kind === 'start' ? last.attempt : undefined)
          return { kind: 'cancelled' }
        },
      }
      await runDataset(await plan({ include: ['p1*'] }), { lanes: 1, inProcess, open: () => Promise.resolve(looking) })
    }
    await begin(true, 0)
    await begin(true, 1)
    await begin(false, 5)
    expect(attempts).toEqual([1, 2, 0])
  })

  it('writes nothing once another process has taken its scan over, and waits for that one', async () => {
    const waiting: string[] = []
    let isTaken = false
    const { outcome, events } = await run(
      { include: ['p1*'] },
      {
        onEvent: (event) => {
          waiting.push(event.kind)
          if (event.kind !== 'scanProgress' || event.progress.stage !== 'localize' || isTaken) return
          isTaken = true
          const name = claimName(event.scan.output)
          writeFileSync(
            at(`out/.medlsam/claims/${name}.2`),
            JSON.stringify({ machine: 'elsewhere', pid: 1, startedAt: null }),
          )
          // The other one does it soon.
          setTimeout(() => {
            rmSync(at(`out/.medlsam/claims/${name}.2`))
          }, 3000)
        },
      },
    )
    expect(waiting).toContain('waiting')
    expect(events.filter(({ kind }) => kind === 'scanStarted')).toHaveLength(2)
    expect(outcome.totals).toMatchObject({ done: 1, failed: 0 })
    expect(await claim(at('out/.medlsam/claims'), claimName('a/p1_ct_dseg.nii.gz'))).not.toBeNull()
  })

  it('stops when asked to, keeps what is finished, and says what is left', async () => {
    const abort = new AbortController()
    const { outcome } = await run(
      {},
      {
        signal: abort.signal,
        onEvent: (event) => {
          if (
            event.kind === 'scanProgress' &&
            event.scan.path === 'a/p2_ct.nii.gz' &&
            event.progress.stage === 'segment'
          )
            abort.abort()
        },
      },
    )
    expect(outcome).toMatchObject({ stopped: true, failures: [], totals: { done: 1, failed: 0 } })
    expect(existsSync(at('out/a/p2_ct_dseg.nii.gz'))).toBe(false)
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^b\/p3_ct\.nii\.gz,,,waiting,/m)
    expect((await run()).outcome).toMatchObject({ stopped: false, totals: { done: 2, already: 1 } })
  })

  it('waits between two scans while it is paused', async () => {
    const gate = makePauseGate()
    const seen: string[] = []
    const { outcome } = await run(
      {},
      {
        gate,
        onEvent: (event) => {
          if (event.kind === 'scanStarted') {
            seen.push(event.scan.path)
            if (event.scan.path === 'a/p1_ct.nii.gz') gate.pause()
          }
          if (event.kind === 'paused') {
            seen.push('paused')
            setTimeout(() => {
              gate.resume()
            }, 50)
          }
          if (event.kind === 'resumed') seen.push('resumed')
        },
      },
    )
    expect(seen).toEqual(['a/p1_ct.nii.gz', 'paused', 'resumed', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(outcome.totals.done).toBe(3)
  })

  it('splits into parts that together are the whole, and sums up all of them', async () => {
    const parts = await Promise.all(
      [1, 2].map(async (index) =>
        (await plan({ shard: { index, count: 2 } })).scans
          .filter(({ inShard }) => inShard)
          .map(({ path: scan }) => scan),
      ),
    )
    expect(parts).toEqual([['a/p1_ct.nii.gz', 'b/p3_ct.nii.gz'], ['a/p2_ct.nii.gz']])
    await run({ shard: { index: 1, count: 2 } })
    await run({ shard: { index: 2, count: 2 } })
    const sharded = comparableTree(at('out'))
    rmSync(at('out'), { recursive: true })
    await run()
    expect(sharded).toEqual(comparableTree(at('out')))
  })

  it('shares the work with another run of the same folder', async () => {
    const runs = await Promise.all([run(), run()])
    const both = runs.flatMap(({ events }) => done(events))
    expect(both.sort()).toEqual(['a/p1_ct.nii.gz', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    for (const { outcome } of runs) expect(outcome.totals.done + outcome.totals.already).toBe(3)
    expect(readdirSync(at('out/.medlsam/claims'))).toEqual([])
  })
})
