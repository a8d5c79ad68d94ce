import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, DatasetRequest } from '../../../../src/shared/datasetRun.js'
import { claimName } from '../../../../src/engine/dataset/scanQueue.js'
import { claim } from '../../../../src/engine/dataset/state/claims.js'
import { engineWorker } from '../../../../src/engine/dataset/workers/engineWorker.js'
import { openJournal, type Journal } from '../../../../src/engine/dataset/state/journal.js'
import { makePauseGate } from '../../../../src/engine/dataset/pauseGate.js'
import { planDataset } from '../../../../src/engine/dataset/planDataset.js'
import { runDataset, type DatasetHooks } from '../../../../src/engine/dataset/runDataset.js'
import { oneWorker } from '../../../../src/engine/dataset/workers/datasetWorkers.js'
import type { ScanWorker } from '../../../../src/engine/dataset/workers/scanWorker.js'
import { openEngine, type Engine } from '../../../../src/engine/engine.js'
import { MedlsamError, toErrorData } from '../../../../src/shared/medlsamError.js'
import { readBank, writeBank } from '../../../../src/engine/medlam/bankFile.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { comparableTree, readTree } from '../../../support/datasetTree.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan, type TinyModels } from '../../../support/tinyModels.js'

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
  for (const name of ['data', 'out', 'moved', 'other']) rmSync(at(name), { recursive: true, force: true })
  for (const [name, seed] of [
    ['a/p1', 1],
    ['a/p2', 2],
    ['b/p3', 3],
  ] as const)
    await writeTinyScan(at(`data/${name}_ct.nii.gz`), seed)
})

function request(more: Partial<DatasetRequest> = {}): DatasetRequest {
  return {
    folder: at('data'),
    out: at('out'),
    settings: { templates: models.bank, segmenter: models.segmenter, options: { minConfidence: 0 } },
    ...more,
  }
}

async function plan(more: Partial<DatasetRequest> = {}): Promise<DatasetPlan> {
  return planDataset(request(more), await worker.prepare(request(more)))
}

async function run(
  more: Partial<DatasetRequest> = {},
  hooks: DatasetHooks = {},
  by: ScanWorker = worker,
): Promise<{ readonly outcome: DatasetOutcome; readonly events: DatasetEvent[] }> {
  const events: DatasetEvent[] = []
  const outcome = await runDataset(await plan(more), oneWorker(by), {
    ...hooks,
    onEvent: (event) => {
      events.push(event)
      hooks.onEvent?.(event)
    },
  })
  return { outcome, events }
}

function done(events: readonly DatasetEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'scanDone' ? event.scan.path : []))
}

/** The same with other options. */
function other(): Pick<DatasetRequest, 'settings'> {
  return { settings: { ...request().settings, options: { minConfidence: 0, sliceStep: 2 } } }
}

/** The journal of the results' folder, as another process sees it. */
async function journalOf(name: string): Promise<Journal> {
  mkdirSync(at(`${name}/.medlsam/journal`), { recursive: true })
  return openJournal(at(`${name}/.medlsam/journal`))
}

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

  it('leaves label maps alone that a person edited or another program wrote, unless it is forced', async () => {
    await run()
    const edited = at('out/a/p1_ct_dseg.nii.gz')
    writeFileSync(edited, readFileSync(at('out/a/p2_ct_dseg.nii.gz')))
    await writeTinyScan(at('data/c_ct.nii.gz'), 4)
    writeFileSync(at('out/c_ct_dseg.nii.gz'), 'somebody else wrote this')
    const { outcome, events } = await run(other())
    expect(outcome.kept).toEqual(['a/p1_ct.nii.gz', 'c_ct.nii.gz'])
    expect(done(events)).toEqual(['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'utf8')).toBe('somebody else wrote this')
    expect((await run({ force: true })).outcome.totals.done).toBe(4)
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'latin1')).not.toContain('somebody')
  })

  it('leaves label maps alone that a person made after a scan had failed or was begun', async () => {
    writeFileSync(at('data/a/p2_ct.nii.gz'), 'no scan')
    await run()
    await writeTinyScan(at('data/a/p2_ct.nii.gz'), 2)
    rmSync(at('out/b'), { recursive: true })
    mkdirSync(at('out/b'))
    await (
      await journalOf('out')
    ).append({
      kind: 'start',
      at: new Date().toISOString(),
      scan: 'b/p3_ct.nii.gz',
      output: 'b/p3_ct_dseg.nii.gz',
      attempt: 0,
    })
    const byHand = [at('out/a/p2_ct_dseg.nii.gz'), at('out/b/p3_ct_dseg.nii.gz')]
    for (const file of byHand) writeFileSync(file, 'by hand')
    writeFileSync(at('out/b/.p3_ct_dseg.nii.gz.0123456789ab.part'), 'half')
    const { outcome } = await run()
    expect(outcome).toMatchObject({ kept: ['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'], totals: { done: 0 } })
    for (const file of byHand) expect(readFileSync(file, 'utf8')).toBe('by hand')
    expect(readdirSync(at('out/b'))).toEqual(['p3_ct_dseg.nii.gz'])
  })

  it('leaves a label map alone that was edited after a run with other options had been stopped', async () => {
    await run()
    const abort = new AbortController()
    await run(other(), {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.kind === 'scanStarted') abort.abort()
      },
    })
    expect((await journalOf('out')).last('a/p1_ct_dseg.nii.gz')?.kind).toBe('stopped')
    writeFileSync(at('out/a/p1_ct_dseg.nii.gz'), 'edited')
    expect((await run(other())).outcome.kept).toEqual(['a/p1_ct.nii.gz'])
    expect(readFileSync(at('out/a/p1_ct_dseg.nii.gz'), 'utf8')).toBe('edited')
    // Nothing is said of what the label map holds now.
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(
      /^a\/p1_ct\.nii\.gz,,,kept,,,,,,,,,,,,,,,a\/p1_ct_dseg\.nii\.gz$/m,
    )
  })

  it('removes what it wrote of a result without coming to its end, and nothing else', async () => {
    const halving: ScanWorker = {
      ...worker,
      segment: async ({ request: { out = '' } }, hooks) => {
        const [labelMap, names, sidecar] = ['half', 'names', 'sidecar'].map((text, i) => ({
          text,
          path: out.replace('.nii.gz', ['.nii.gz', '.tsv', '.json'][i]),
          sha256: createHash('sha256').update(text).digest('hex'),
        }))
        await hooks?.mayWrite?.({ inputSha256: 'a'.repeat(64), outputs: [labelMap, names, sidecar] })
        mkdirSync(path.dirname(out), { recursive: true })
        writeFileSync(labelMap.path, labelMap.text)
        writeFileSync(names.path, 'a list of my own')
        return { kind: 'lost', error: { kind: 'internal', message: 'It was killed.' } }
      },
    }
    expect((await run({}, {}, halving)).outcome.totals.failed).toBe(3)
    expect(readdirSync(at('out/a'))).toEqual(['p1_ct_dseg.tsv', 'p2_ct_dseg.tsv'])
  })

  it('leaves a label map alone that was made from a scan of the same name in another folder', async () => {
    await run()
    const before = readFileSync(at('out/a/p1_ct_dseg.nii.gz'))
    await writeTinyScan(at('other/a/p1_ct.nii.gz'), 8)
    copyFileSync(at('data/a/p2_ct.nii.gz'), at('other/a/p2_ct.nii.gz'))
    for (const more of [{}, other()]) {
      const { outcome } = await run({ ...more, folder: at('other') })
      expect(outcome.kept).toEqual(['a/p1_ct.nii.gz'])
      expect(readFileSync(at('out/a/p1_ct_dseg.nii.gz'))).toEqual(before)
    }
    // The same scan along another path is no other scan.
    rmSync(at('other/a/p1_ct.nii.gz'))
    expect((await plan({ ...other(), folder: at('other') })).scans.map(({ state }) => state)).toEqual([
      { kind: 'done' },
    ])
  })

  it('never replaces a summary that somebody else wrote or edited', async () => {
    mkdirSync(at('out'))
    writeFileSync(at('out/summary.csv'), 'patient,age')
    const first = await run()
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toBe('patient,age')
    expect(first.outcome).toMatchObject({
      summaryCsv: at('out/summary_medlsam.csv'),
      summaryHtml: at('out/summary_medlsam.html'),
    })
    expect((await run()).outcome.summaryCsv).toBe(at('out/summary_medlsam.csv'))
    appendFileSync(at('out/summary_medlsam.csv'), 'my remarks')
    expect((await run()).outcome.summaryCsv).toBe(at('out/summary_medlsam_2.csv'))
    expect(readFileSync(at('out/summary_medlsam.csv'), 'utf8')).toContain('my remarks')
  })

  describe('that writes BIDS derivatives', () => {
    it('keeps what people made of their descriptions, and leaves no temporary file of them', async () => {
      await run({ bids: true })
      const [readme, description] = [at('out/README.md'), at('out/dataset_description.json')]
      writeFileSync(readme, 'mine')
      writeFileSync(description, readFileSync(description, 'utf8').replace('MedLSAM segmentations', 'Mine'))
      writeFileSync(at('out/.README.md.0123456789ab.part'), 'half')
      rmSync(at('out/.bidsignore'))
      writeFileSync(at('out/..bidsignore.0123456789ab.part'), 'half')
      await run({ bids: true })
      expect(readFileSync(readme, 'utf8')).toBe('mine')
      expect(JSON.parse(readFileSync(description, 'utf8'))).toMatchObject({ Name: 'Mine', DatasetType: 'derivative' })
      expect(existsSync(at('out/.bidsignore'))).toBe(true)
      expect(readdirSync(at('out')).filter((name) => name.endsWith('.part'))).toEqual([])
    })

    it('goes neither beside the scans nor into a dataset of its own', async () => {
      await expect(plan({ bids: true, out: at('data') })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('the scans themselves'),
      })
      mkdirSync(at('out'))
      writeFileSync(at('out/dataset_description.json'), '{"Name":"raw","BIDSVersion":"1.10.0"}')
      await expect(plan({ bids: true })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('no BIDS derivative'),
      })
    })
  })

  it('notes a scan that fails with its reason and stage, does the others, and tries it again next time', async () => {
    writeFileSync(at('data/a/p2_ct.nii.gz'), 'no scan at all, though its name says so')
    const { outcome } = await run()
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
    expect(outcome.failures).toMatchObject([
      {
        path: 'a/p2_ct.nii.gz',
        stage: 'read',
        error: { kind: 'input', message: expect.stringContaining('p2_ct.nii.gz') },
      },
    ])
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^a\/p2_ct\.nii\.gz,,,failed,.*read: .*p2_ct/m)
    expect((await plan()).scans[1].state).toEqual({ kind: 'todo', why: 'failedBefore' })
    await writeTinyScan(at('data/a/p2_ct.nii.gz'), 2)
    expect((await run()).outcome.totals).toMatchObject({ done: 1, failed: 0, already: 2 })
  })

  it('refuses a scan that changes while it is read, and writes nothing of it', async () => {
    const { outcome } = await run(
      {},
      {
        onEvent: (event) => {
          if (
            event.kind === 'scanProgress' &&
            event.scan.path === 'a/p2_ct.nii.gz' &&
            event.progress.stage === 'localize'
          )
            appendFileSync(event.scan.scanPath, 'more')
        },
      },
    )
    expect(outcome.failures).toMatchObject([
      {
        path: 'a/p2_ct.nii.gz',
        stage: 'write',
        error: { kind: 'input', message: expect.stringContaining('changed while it was read') },
      },
    ])
    expect(readdirSync(at('out/a'))).toEqual(['p1_ct_dseg.json', 'p1_ct_dseg.nii.gz', 'p1_ct_dseg.tsv'])
  })

  describe('whose templates are edited meanwhile', () => {
    const bank = at('edited.msgpack')
    const mine = (): Partial<DatasetRequest> => ({ settings: { ...request().settings, templates: bank } })
    const edit = async (): Promise<void> => {
      const old = await readBank(models.bank)
      await writeBank(bank, {
        ...old,
        structures: old.structures.map((structure) => ({ ...structure, color: '#000000' })),
      })
    }
    beforeEach(() => {
      copyFileSync(models.bank, bank)
    })

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
      const { outcome } = await run(
        mine(),
        {
          onEvent: (event) => {
            if (event.kind === 'scanDone') edits.push(edit())
          },
        },
        slow,
      )
      expect(outcome.totals).toMatchObject({ done: 3, failed: 0 })
      expect(comparableTree(at('out'))).toEqual(undisturbed)
      expect((await plan(mine())).scans.map(({ state }) => state.kind)).toEqual(['todo', 'todo', 'todo'])
    })

    it('stops when a process joins that has only the new ones', async () => {
      const planned = await plan(mine())
      await edit()
      const error = toErrorData(
        await runDataset(planned, oneWorker(engineWorker(engine))).catch((reason: unknown) => reason),
      )
      expect(error.message).toMatch(
        /edited\.msgpack were changed while the run was going on.*start the same command again/,
      )
    })
  })

  it('stops with one sentence when the disk is full, and goes on later', async () => {
    let scans = 0
    const full: ScanWorker = {
      ...worker,
      segment: (task, hooks) =>
        ++scans === 2
          ? Promise.resolve({
              kind: 'failed',
              error: {
                kind: 'output',
                message: `${task.request.out ?? ''} cannot be written: the disk is full; free some space and run again.`,
              },
              stopsRun: true,
            })
          : worker.segment(task, hooks),
    }
    const error = toErrorData(await run({}, {}, full).catch((reason: unknown) => reason))
    expect(error).toMatchObject({
      kind: 'output',
      message: expect.stringMatching(/disk is full.*start the same command again/),
    })
    expect(scans).toBe(2)
    expect((await run()).outcome.totals).toMatchObject({ done: 2, already: 1 })
  })

  it('says that the folder of results has disappeared instead of making a new one', async () => {
    const error = toErrorData(
      await run(
        {},
        {
          onEvent: (event) => {
            if (event.kind === 'scanDone' && event.scan.path === 'a/p1_ct.nii.gz') renameSync(at('out'), at('moved'))
          },
        },
      ).catch((reason: unknown) => reason),
    )
    expect(error).toMatchObject({ kind: 'output', message: expect.stringContaining('has disappeared') })
    expect(existsSync(at('out'))).toBe(false)
    renameSync(at('moved'), at('out'))
    expect((await run()).outcome.totals).toMatchObject({ done: 2, already: 1 })
  })

  it('notes scans whose folder disappears, and does the others', async () => {
    const { outcome } = await run(
      {},
      {
        onEvent: (event) => {
          if (event.kind === 'scanDone' && event.scan.path === 'a/p2_ct.nii.gz')
            rmSync(at('data/b'), { recursive: true })
        },
      },
    )
    expect(outcome.failures).toMatchObject([
      { path: 'b/p3_ct.nii.gz', error: { kind: 'input', message: expect.stringContaining('does not exist') } },
    ])
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
  })

  it('costs one scan when a worker is lost, and opens another', async () => {
    const opened: number[] = []
    const dying: ScanWorker = {
      ...worker,
      segment: (task, hooks) =>
        task.request.scanPath.includes('p2')
          ? Promise.resolve({ kind: 'lost', error: { kind: 'internal', message: 'It was killed.' } })
          : worker.segment(task, hooks),
    }
    const outcome = await runDataset(await plan(), {
      lanes: 1,
      inProcess: false,
      open: (lane) => {
        opened.push(lane)
        return Promise.resolve(dying)
      },
    })
    expect(opened).toEqual([0, 0])
    expect(outcome.failures).toMatchObject([{ path: 'a/p2_ct.nii.gz', error: { message: 'It was killed.' } }])
    expect(outcome.totals).toMatchObject({ done: 2, failed: 1 })
  })

  it('stops when a worker cannot be opened, and when models are at fault twice running', async () => {
    const cannot = new MedlsamError('model', 'The model file x.onnx does not exist.', 'x.onnx')
    let opened = 0
    const error = toErrorData(
      await runDataset(await plan(), {
        lanes: 2,
        inProcess: false,
        open: () => (++opened === 1 ? Promise.resolve(worker) : Promise.reject(cannot)),
      }).catch((reason: unknown) => reason),
    )
    expect(error).toMatchObject({ kind: 'model', message: expect.stringContaining('x.onnx') })
    expect([...readTree(at('out')).values()].join()).not.toContain('"kind":"failed"')

    let scans = 0
    const broken: ScanWorker = {
      ...worker,
      segment: () => {
        scans++
        return Promise.resolve({ kind: 'failed', error: toErrorData(cannot), stopsRun: false })
      },
    }
    expect(toErrorData(await run({}, {}, broken).catch((reason: unknown) => reason))).toMatchObject({
      kind: 'model',
      message: expect.stringMatching(/x\.onnx.*start the same command again/),
    })
    expect(scans).toBe(2)
    expect((await run()).outcome.totals).toMatchObject({ failed: 0 })
  })

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

  it('refuses shards that cannot be and folders without scans', async () => {
    await expect(plan({ shard: { index: 3, count: 2 } })).rejects.toMatchObject({ kind: 'usage' })
    await expect(plan({ folder: at('models/none') })).rejects.toMatchObject({ kind: 'input' })
    await expect(plan({ include: ['*.mha'] })).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('excluded'),
    })
  })
})
