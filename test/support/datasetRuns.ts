import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, DatasetRequest } from '../../src/shared/datasetRun.js'
import { engineWorker } from '../../src/engine/dataset/workers/engineWorker.js'
import { openJournal, type Journal } from '../../src/engine/dataset/state/journal.js'
import { planDataset } from '../../src/engine/dataset/planDataset.js'
import { runDataset, type DatasetHooks } from '../../src/engine/dataset/runDataset.js'
import { oneWorker } from '../../src/engine/dataset/workers/datasetWorkers.js'
import type { ScanWorker } from '../../src/engine/dataset/workers/scanWorker.js'
import { openEngine, type Engine } from '../../src/engine/engine.js'
import { tempFolder } from './tempFolder.js'
import { writeTinyModels, writeTinyScan, type TinyModels } from './tinyModels.js'

const folder = tempFolder()
/** A path in the folder of the tests. */
export const at = (name: string): string => path.join(folder, name)
export let models: TinyModels
export let engine: Engine
export let worker: ScanWorker

/** Makes tiny models once, and before every test a dataset of three tiny scans in `data`. */
export function useTinyDataset(): void {
  beforeAll(async () => {
    models = await writeTinyModels(at('models'))
    for (const [name, seed] of [
      ['a/p1', 1],
      ['a/p2', 2],
      ['b/p3', 3],
    ] as const)
      await writeTinyScan(at(`untouched/${name}_ct.nii.gz`), seed)
    engine = openEngine({ medlamCard: models.medlamCard })
    worker = engineWorker(engine)
  })
  afterAll(() => engine.close())
  beforeEach(() => {
    for (const name of ['data', 'out', 'moved', 'other']) rmSync(at(name), { recursive: true, force: true })
    cpSync(at('untouched'), at('data'), { recursive: true })
  })
}

/** A run of `data` into `out`. */
export function request(more: Partial<DatasetRequest> = {}): DatasetRequest {
  return {
    folder: at('data'),
    out: at('out'),
    settings: { templates: models.bank, segmenter: models.segmenter, options: { minConfidence: 0, method: 'medlam' } },
    ...more,
  }
}

/** What a run would do. */
export async function plan(more: Partial<DatasetRequest> = {}): Promise<DatasetPlan> {
  return planDataset(request(more), await worker.prepare(request(more)))
}

/** Runs it, with everything that happens. */
export async function run(
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

/** The scans that were finished, in this order. */
export function done(events: readonly DatasetEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'scanDone' ? event.scan.path : []))
}

/** The same with other options. */
export function other(): Pick<DatasetRequest, 'settings'> {
  return { settings: { ...request().settings, options: { minConfidence: 0, method: 'medlam', sliceStep: 2 } } }
}

/** The journal of the results' folder, as another process sees it. */
export async function journalOf(name: string): Promise<Journal> {
  mkdirSync(at(`${name}/.medlsam/journal`), { recursive: true })
  return openJournal(at(`${name}/.medlsam/journal`))
}
