import type { DatasetRequest } from '../src/shared/datasetRun.js'
import { defined } from '../src/shared/defined.js'
import { planDataset } from '../src/engine/dataset/planDataset.js'
import { runDataset } from '../src/engine/dataset/runDataset.js'
import { oneWorker } from '../src/engine/dataset/workers/datasetWorkers.js'
import { engineWorker } from '../src/engine/dataset/workers/engineWorker.js'
import { openEngine } from '../src/engine/engine.js'

/** What a run of a dataset took. */
export interface DatasetSeconds {
  readonly prepareSeconds: number
  /** Inside the networks. */
  readonly insideSeconds: number
  readonly wallSeconds: number
}

/** Runs a dataset in this process, which is a child of the bench. */
export async function runHere(
  request: DatasetRequest,
  medlamCard: string | undefined,
  onScan: (seconds: number) => void,
): Promise<DatasetSeconds> {
  const start = performance.now()
  const engine = openEngine(defined({ medlamCard }))
  const worker = engineWorker(engine)
  const prepared = await worker.prepare(request)
  const prepareSeconds = (performance.now() - start) / 1000
  const plan = await planDataset(request, prepared)
  const inside = (): number => engine.networks().reduce((sum, network) => sum + network.secondsInside, 0)
  const [before, from] = [inside(), performance.now()]
  await runDataset(plan, oneWorker(worker), {
    onEvent: (event) => {
      if (event.kind === 'scanDone') onScan(event.seconds)
      if (event.kind === 'scanFailed') throw new Error(`${event.scan.path}: ${event.failure.error.message}`)
    },
  })
  const result = { prepareSeconds, insideSeconds: inside() - before, wallSeconds: (performance.now() - from) / 1000 }
  await engine.close()
  return result
}
