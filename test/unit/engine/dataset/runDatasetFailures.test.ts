import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { DatasetRequest } from '../../../../src/shared/datasetRun.js'
import { engineWorker } from '../../../../src/engine/dataset/workers/engineWorker.js'
import { runDataset } from '../../../../src/engine/dataset/runDataset.js'
import { oneWorker } from '../../../../src/engine/dataset/workers/datasetWorkers.js'
import type { ScanWorker } from '../../../../src/engine/dataset/workers/scanWorker.js'
import { MedlsamError, toErrorData } from '../../../../src/shared/medlsamError.js'
import { readBank, writeBank } from '../../../../src/engine/medlam/bankFile.js'
import { comparableTree, readTree } from '../../../support/datasetTree.js'
import { writeTinyScan } from '../../../support/tinyModels.js'
import { at, engine, models, plan, request, run, useTinyDataset, worker } from '../../../support/datasetRuns.js'

useTinyDataset()

describe('a run of a dataset in which something fails', { timeout: 200_000 }, () => {
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
})
