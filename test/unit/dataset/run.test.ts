import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, DatasetRequest } from '../../../src/protocol/dataset.js'
import { engineWorker } from '../../../src/engine/dataset/engineWorker.js'
import { makePauseGate } from '../../../src/engine/dataset/pauseGate.js'
import { planDataset } from '../../../src/engine/dataset/plan.js'
import { oneWorker, runDataset, type DatasetHooks } from '../../../src/engine/dataset/run.js'
import type { ScanWorker } from '../../../src/engine/dataset/scanWorker.js'
import { openEngine, type Engine } from '../../../src/engine/engine.js'
import { toErrorData } from '../../../src/engine/errors.js'
import { readBank, writeBank } from '../../../src/engine/medlam/bankFile.js'
import { readLabelMap } from '../../../src/engine/volume/readLabelMap.js'
import { comparableTree, readTree } from '../../support/datasetTree.js'
import { tempFolder } from '../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan, type TinyModels } from '../../support/tinyModels.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
let models: TinyModels
let engine: Engine
let worker: ScanWorker

beforeAll(async () => {
  models = await writeTinyModels(at('models'))
  engine = openEngine({ medlamCard: models.medlamCard })
  worker = engineWorker(engine)
})
afterAll(() => engine.close())
beforeEach(async () => {
  for (const name of ['data', 'out', 'moved']) rmSync(at(name), { recursive: true, force: true })
  for (const [name, seed] of [['a/p1', 1], ['a/p2', 2], ['b/p3', 3]] as const) await writeTinyScan(at(`data/${name}_ct.nii.gz`), seed)
})

function request(more: Partial<DatasetRequest> = {}): DatasetRequest {
  return { folder: at('data'), out: at('out'), settings: { templates: models.bank, segmenter: models.segmenter, options: { minConfidence: 0 } }, ...more }
}

async function plan(more: Partial<DatasetRequest> = {}): Promise<DatasetPlan> {
  return planDataset(request(more), await worker.prepare(request(more)))
}

async function run(more: Partial<DatasetRequest> = {}, hooks: DatasetHooks = {}, by: ScanWorker = worker): Promise<{ readonly outcome: DatasetOutcome; readonly events: DatasetEvent[] }> {
  const events: DatasetEvent[] = []
  const outcome = await runDataset(await plan(more), oneWorker(by), { ...hooks, onEvent: (event) => { events.push(event); hooks.onEvent?.(event) } })
  return { outcome, events }
}

function done(events: readonly DatasetEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'scanDone' ? event.scan.path : []))
}

describe('a run of a dataset', { timeout: 200_000 }, () => {
  it('mirrors the tree, writes a summary, and does nothing the second time', async () => {
    const first = await run()
    expect(done(first.events)).toEqual(['a/p1_ct.nii.gz', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(first.outcome).toMatchObject({ failures: [], kept: [], stopped: false, totals: { total: 3, done: 3, failed: 0, already: 0 } })
    const files = [...readTree(at('out')).keys()].filter((name) => !name.startsWith('.medlsam'))
    expect(files).toEqual(['a/p1_ct', 'a/p2_ct', 'b/p3_ct'].flatMap((name) => ['_dseg.json', '_dseg.nii.gz', '_dseg.tsv'].map((ending) => name + ending)).concat(['summary.csv', 'summary.html']))
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
    expect(again.scans.map(({ path: scan, state }) => [scan, state.kind])).toEqual([['a/p1_ct.nii.gz', 'done'], ['a/p2_ct.nii.gz', 'done'], ['b/p3_ct.nii.gz', 'done']])
  })

  it('does again what other options, other scans or missing files ask for, and nothing else', async () => {
    await run()
    await writeTinyScan(at('data/a/p1_ct.nii.gz'), 9)
    utimesSync(at('data/a/p2_ct.nii.gz'), 1, 1)
    rmSync(at('out/b/p3_ct_dseg.json'))
    expect((await plan()).scans.map(({ state }) => state)).toEqual([{ kind: 'todo', why: 'scan changed' }, { kind: 'done' }, { kind: 'todo', why: 'output missing' }])
    expect((await plan({ force: true })).scans.every(({ state }) => state.kind === 'todo')).toBe(true)
    const other = await plan({ settings: { ...request().settings, options: { minConfidence: 0, sliceStep: 2 } } })
    expect(other.scans[1].state).toEqual({ kind: 'todo', why: 'other options' })
  })

  it('leaves label maps alone that a person edited or another program wrote, unless it is forced', async () => {
    await run()
    const edited = at('out/a/p1_ct_dseg.nii.gz')
    writeFileSync(edited, readFileSync(at('out/a/p2_ct_dseg.nii.gz')))
    await writeTinyScan(at('data/c_ct.nii.gz'), 4)
    writeFileSync(at('out/c_ct_dseg.nii.gz'), 'somebody else wrote this')
    const { outcome, events } = await run({ settings: { ...request().settings, options: { minConfidence: 0, sliceStep: 2 } } })
    expect(outcome.kept).toEqual(['a/p1_ct.nii.gz', 'c_ct.nii.gz'])
    expect(done(events)).toEqual(['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'utf8')).toBe('somebody else wrote this')
    expect((await run({ force: true })).outcome.totals.done).toBe(4)
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'latin1')).not.toContain('somebody')
  })

  it('notes a scan that fails with its reason and stage, does the others, and tries it again next time', async () => {
    writeFileSync(at('data/a/p2_ct.nii.gz'), 'no scan at all, though its name says so')
    const { outcome } = await run()
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
    expect(outcome.failures).toMatchObject([{ path: 'a/p2_ct.nii.gz', error: { kind: 'input', message: expect.stringContaining('p2_ct.nii.gz') } }])
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^a\/p2_ct\.nii\.gz,,,failed,.*p2_ct/m)
    expect((await plan()).scans[1].state).toEqual({ kind: 'todo', why: 'failed before' })
    await writeTinyScan(at('data/a/p2_ct.nii.gz'), 2)
    expect((await run()).outcome.totals).toMatchObject({ done: 1, failed: 0, already: 2 })
  })

  it('refuses a scan that changes while it is read, and writes nothing of it', async () => {
    const { outcome } = await run({}, {
      onEvent: (event) => {
        if (event.kind === 'scanProgress' && event.scan.path === 'a/p2_ct.nii.gz' && event.progress.stage === 'localize') appendFileSync(event.scan.scanPath, 'more')
      },
    })
    expect(outcome.failures).toMatchObject([{ path: 'a/p2_ct.nii.gz', stage: 'write', error: { kind: 'input', message: expect.stringContaining('changed while it was read') } }])
    expect(readdirSync(at('out/a'))).toEqual(['p1_ct_dseg.json', 'p1_ct_dseg.nii.gz', 'p1_ct_dseg.tsv'])
  })

  describe('whose templates are edited meanwhile', () => {
    const bank = at('edited.msgpack')
    const mine = (): Partial<DatasetRequest> => ({ settings: { ...request().settings, templates: bank } })
    const edit = async (): Promise<void> => {
      const old = await readBank(models.bank)
      await writeBank(bank, { ...old, structures: old.structures.map((structure) => ({ ...structure, color: '#000000' })) })
    }
    beforeEach(() => { copyFileSync(models.bank, bank) })

    it('does all scans with those that it was planned with', async () => {
      await run(mine())
      const undisturbed = comparableTree(at('out'))
      rmSync(at('out'), { recursive: true })
      copyFileSync(models.bank, bank)
      const edits: Promise<void>[] = []
      const slow: ScanWorker = {
        ...worker,
        segment: async (task, hooks) => {
          await Promise.all(edits)
          return worker.segment(task, hooks)
        },
      }
      const { outcome } = await run(mine(), { onEvent: (event) => { if (event.kind === 'scanDone') edits.push(edit()) } }, slow)
      expect(outcome.totals).toMatchObject({ done: 3, failed: 0 })
      expect(comparableTree(at('out'))).toEqual(undisturbed)
      expect((await plan(mine())).scans.map(({ state }) => state.kind)).toEqual(['todo', 'todo', 'todo'])
    })

    it('stops when a process joins that has only the new ones', async () => {
      const planned = await plan(mine())
      await edit()
      const error = toErrorData(await runDataset(planned, oneWorker(engineWorker(engine))).catch((reason: unknown) => reason))
      expect(error.message).toMatch(/edited\.msgpack were changed while the run was going on.*start the same command again/)
    })
  })

  it('stops with one sentence when the disk is full, and goes on later', async () => {
    let scans = 0
    const full: ScanWorker = {
      ...worker,
      segment: (task, hooks) => (++scans === 2 ? Promise.resolve({ kind: 'failed', error: { kind: 'output', message: `${task.request.out ?? ''} cannot be written: the disk is full; free some space and run again.` }, stopsRun: true }) : worker.segment(task, hooks)),
    }
    const error = toErrorData(await run({}, {}, full).catch((reason: unknown) => reason))
    expect(error).toMatchObject({ kind: 'output', message: expect.stringMatching(/disk is full.*start the same command again/) })
    expect(scans).toBe(2)
    expect((await run()).outcome.totals).toMatchObject({ done: 2, already: 1 })
  })

  it('says that the folder of results has disappeared instead of making a new one', async () => {
    const error = toErrorData(await run({}, {
      onEvent: (event) => {
        if (event.kind === 'scanDone' && event.scan.path === 'a/p1_ct.nii.gz') renameSync(at('out'), at('moved'))
      },
    }).catch((reason: unknown) => reason))
    expect(error).toMatchObject({ kind: 'output', message: expect.stringContaining('has disappeared') })
    expect(existsSync(at('out'))).toBe(false)
    renameSync(at('moved'), at('out'))
    expect((await run()).outcome.totals).toMatchObject({ done: 2, already: 1 })
  })

  it('notes scans whose folder disappears, and does the others', async () => {
    const { outcome } = await run({}, {
      onEvent: (event) => {
        if (event.kind === 'scanDone' && event.scan.path === 'a/p2_ct.nii.gz') rmSync(at('data/b'), { recursive: true })
      },
    })
    expect(outcome.failures).toMatchObject([{ path: 'b/p3_ct.nii.gz', error: { kind: 'input', message: expect.stringContaining('does not exist') } }])
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
  })

  it('costs one scan when a worker is lost, and opens another', async () => {
    const opened: number[] = []
    const dying: ScanWorker = { ...worker, segment: (task, hooks) => (task.request.scanPath.includes('p2') ? Promise.resolve({ kind: 'lost', error: { kind: 'internal', message: 'It was killed.' } }) : worker.segment(task, hooks)) }
    const outcome = await runDataset(await plan(), { lanes: 1, open: (lane) => { opened.push(lane); return Promise.resolve(dying) } })
    expect(opened).toEqual([0, 0])
    expect(outcome.failures).toMatchObject([{ path: 'a/p2_ct.nii.gz', error: { message: 'It was killed.' } }])
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
  })

  it('stops when asked to, keeps what is finished, and says what is left', async () => {
    const abort = new AbortController()
    const { outcome } = await run({}, {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.kind === 'scanProgress' && event.scan.path === 'a/p2_ct.nii.gz' && event.progress.stage === 'segment') abort.abort()
      },
    })
    expect(outcome).toMatchObject({ stopped: true, failures: [], totals: { done: 1, failed: 0 } })
    expect(existsSync(at('out/a/p2_ct_dseg.nii.gz'))).toBe(false)
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^b\/p3_ct\.nii\.gz,,,waiting,/m)
    expect((await run()).outcome).toMatchObject({ stopped: false, totals: { done: 2, already: 1 } })
  })

  it('waits between two scans while it is paused', async () => {
    const gate = makePauseGate()
    const seen: string[] = []
    const { outcome } = await run({}, {
      gate,
      onEvent: (event) => {
        if (event.kind === 'scanStarted') {
          seen.push(event.scan.path)
          if (event.scan.path === 'a/p1_ct.nii.gz') gate.pause()
        }
        if (event.kind === 'paused') {
          seen.push('paused')
          setTimeout(() => { gate.resume() }, 50)
        }
        if (event.kind === 'resumed') seen.push('resumed')
      },
    })
    expect(seen).toEqual(['a/p1_ct.nii.gz', 'paused', 'resumed', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(outcome.totals.done).toBe(3)
  })

  it('splits into parts that together are the whole, and sums up all of them', async () => {
    const parts = await Promise.all([1, 2].map(async (index) => (await plan({ shard: { index, count: 2 } })).scans.filter(({ inShard }) => inShard).map(({ path: scan }) => scan)))
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

  it('refuses shards that cannot be and folders without scans', async () => {
    await expect(plan({ shard: { index: 3, count: 2 } })).rejects.toMatchObject({ kind: 'usage' })
    await expect(plan({ folder: at('models/none') })).rejects.toMatchObject({ kind: 'input' })
    await expect(plan({ include: ['*.mha'] })).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining('excluded') })
  })
})
