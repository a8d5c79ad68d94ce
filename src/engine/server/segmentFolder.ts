import type { DatasetOutcome, DatasetPlan, DatasetRequest } from '../../shared/datasetRun.js'
import { engineWorker } from '../dataset/workers/engineWorker.js'
import { planDataset } from '../dataset/planDataset.js'
import { runDataset, type DatasetHooks } from '../dataset/runDataset.js'
import { oneWorker } from '../dataset/workers/datasetWorkers.js'
import type { Engine } from '../engine.js'

/** Segments a folder of scans with the engine of this process, one after another; goes on where an earlier run stopped. */
export async function segmentFolder(
  engine: Engine,
  request: DatasetRequest,
  hooks: DatasetHooks & { readonly signal: AbortSignal },
): Promise<DatasetOutcome> {
  const worker = engineWorker(engine)
  const plan = await planDataset(request, await worker.prepare(request, { signal: hooks.signal }))
  return runDataset(plan, oneWorker(worker), hooks)
}

/** What such a run would do; writes nothing. */
export async function planFolder(engine: Engine, request: DatasetRequest, signal: AbortSignal): Promise<DatasetPlan> {
  return planDataset(request, await engineWorker(engine).prepare(request, { signal }))
}
