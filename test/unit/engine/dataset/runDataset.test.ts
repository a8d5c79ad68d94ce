import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DatasetPlan, DatasetRequest } from '../../../../src/shared/datasetRun.js'
import { planDataset } from '../../../../src/engine/dataset/planDataset.js'
import { runDataset } from '../../../../src/engine/dataset/runDataset.js'
import { oneWorker } from '../../../../src/engine/dataset/workers/datasetWorkers.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { comparableTree, readTree } from '../../../support/datasetTree.js'
import { writeTinyScan } from '../../../support/tinyModels.js'
import { at, done, journalOf, other, plan, request, run, useTinyDataset, worker } from '../../../support/datasetRuns.js'

useTinyDataset()

describe('a run of a dataset', { timeout: 200_000 }, () => {
  it('mirrors the tree, writes a summary, and does nothing the second time', async () => {
    const first = await run()
    expect(done(first.events)).toEqual(['a/p1_ct.nii.gz', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(first.outcome).toMatchObject({
      failures: [],
      kept: [],
      stopped: false,
      totals: { total: 3, done: 3, failed: 0, already: 0 },
    })
    const files = [...readTree(at('out')).keys()].filter((name) => !name.startsWith('.medlsam'))
    expect(files).toEqual(
      ['a/p1_ct', 'a/p2_ct', 'b/p3_ct']
        .flatMap((name) => ['_dseg.json', '_dseg.nii.gz', '_dseg.tsv'].map((ending) => name + ending))
        .concat(['summary.csv', 'summary.html']),
    )
    const before = comparableTree(at('out'))
    const second = await run()
    expect(second.outcome.totals).toMatchObject({ total: 3, done: 0, already: 3 })
    expect(done(second.events)).toEqual([])
    expect(comparableTree(at('out'))).toEqual(before)
    const labels = await readLabelMap(at('out/a/p1_ct_dseg.nii.gz'))
    expect(new Set(labels.data).size).toBeGreaterThan(1)
  })

  it('writes beside the scans when no folder is named, and does not take its results for scans', async () => {
    const beside: DatasetRequest = { folder: at('data'), settings: request().settings }
    const planBeside = async (): Promise<DatasetPlan> => planDataset(beside, await worker.prepare(beside))
    await runDataset(await planBeside(), oneWorker(worker))
    expect(existsSync(at('data/a/p1_ct_dseg.nii.gz'))).toBe(true)
    const again = await planBeside()
    expect(again.scans.map(({ path: scan, state }) => [scan, state.kind])).toEqual([
      ['a/p1_ct.nii.gz', 'done'],
      ['a/p2_ct.nii.gz', 'done'],
      ['b/p3_ct.nii.gz', 'done'],
    ])
  })

  it('does again what other options, other scans or missing files ask for, and nothing else', async () => {
    await run()
    await writeTinyScan(at('data/a/p1_ct.nii.gz'), 9)
    utimesSync(at('data/a/p2_ct.nii.gz'), 1, 1)
    rmSync(at('out/b/p3_ct_dseg.json'))
    expect((await plan()).scans.map(({ state }) => state)).toEqual([
      { kind: 'todo', why: 'scanChanged' },
      { kind: 'done' },
      { kind: 'todo', why: 'outputMissing' },
    ])
    expect((await plan({ force: true })).scans.every(({ state }) => state.kind === 'todo')).toBe(true)
    const changed = await plan(other())
    expect(changed.scans[1].state).toEqual({ kind: 'todo', why: 'otherOptions' })
  })

  it('says of scans that show nothing that nothing was found, writes nothing of them, and does not look again', async () => {
    const nothing = { settings: { ...request().settings, options: { minConfidence: 1 } } }
    const first = await run(nothing)
    expect(first.outcome).toMatchObject({ nothingFound: ['a/p1_ct.nii.gz', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'] })
    expect(first.outcome).toMatchObject({ failures: [], totals: { done: 3, failed: 0 } })
    expect([...readTree(at('out')).keys()].filter((name) => name.includes('_dseg'))).toEqual([])
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(
      /^a\/p1_ct\.nii\.gz,,,nothingFound,.*a\/p1_ct\.nii\.gz/m,
    )
    expect((await run(nothing)).outcome).toMatchObject({ nothingFound: [], totals: { done: 0, already: 3 } })
    expect((await plan()).scans[0].state).toEqual({ kind: 'todo', why: 'otherOptions' })
  })

  it('does finished scans again once when it is forced, whatever the clocks of other machines say', async () => {
    await run()
    const journal = await journalOf('out')
    for (const output of journal.outputs()) {
      const last = journal.last(output)
      if (last !== null) await journal.append({ ...last, at: new Date(Date.now() + 600_000).toISOString() })
    }
    expect((await run({ force: true })).outcome.totals.done).toBe(3)
    expect((await run()).outcome.totals).toMatchObject({ done: 0, already: 3 })
  })

  it('sums up only what was made with its own options when it is stopped', async () => {
    await run()
    const abort = new AbortController()
    const { outcome } = await run(other(), {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.kind === 'scanDone') abort.abort()
      },
    })
    expect(outcome).toMatchObject({ stopped: true, totals: { done: 1 } })
    const csv = readFileSync(at('out/summary.csv'), 'utf8')
    expect(csv).toMatch(/^a\/p1_ct\.nii\.gz,Ball,1,found/m)
    expect(csv).toMatch(/^b\/p3_ct\.nii\.gz,,,waiting,/m)
  })

  it('refuses structures that the templates do not have before it reads a scan', async () => {
    await expect(plan({ settings: { ...request().settings, options: { structures: ['Bal'] } } })).rejects.toMatchObject(
      { kind: 'usage', message: expect.stringContaining('Ball, Core') },
    )
  })

  it('refuses shards that cannot be and folders without scans', async () => {
    await expect(plan({ shard: { index: 3, count: 2 } })).rejects.toMatchObject({ kind: 'usage' })
    await expect(plan({ folder: at('models/none') })).rejects.toMatchObject({ kind: 'input' })
    await expect(plan({ include: ['*.mha'] })).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('excluded'),
    })
  })
})
