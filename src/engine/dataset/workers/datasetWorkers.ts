import type { ScanWorker } from './scanWorker.js'

/** Who does the work: as many scans at the same time as there are lanes. */
export interface DatasetWorkers {
  readonly lanes: number
  /** Whether a scan that brings down its engine brings down this process. */
  readonly inProcess: boolean
  /**
   * The worker of a lane, ready for scans; asked for once, and again after a worker was lost.
   * @throws MedlsamError `model` or `template` when it cannot be made ready
   */
  open(lane: number, signal: AbortSignal): Promise<ScanWorker>
}

/** One worker that is open already and cannot be lost, such as one around the engine of this process. */
export function oneWorker(worker: ScanWorker): DatasetWorkers {
  return { lanes: 1, inProcess: true, open: () => Promise.resolve(worker) }
}
