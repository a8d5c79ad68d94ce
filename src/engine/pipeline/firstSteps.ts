import { defined } from '../../shared/defined.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import { DEFAULT_RUN_OPTIONS, type LocalizeRequest } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { LoadedModels } from '../loadedModels.js'
import type { MedlamModel } from '../medlam/model.js'
import { readScan } from '../scanFiles/readScan.js'
import type { BuiltBank } from '../templates/buildBank.js'
import { chooseStructures } from './chooseStructures.js'
import { localizeScan } from './localizeScan.js'
import type { RunHooks } from './runHooks.js'
import { startClock, type StageClock } from './stageClock.js'

/** A run of one scan file: what is asked for, what it works with, and where it stands. */
export interface FileRun<Request extends LocalizeRequest> {
  readonly request: Request
  readonly options: RunOptions
  readonly loaded: LoadedModels
  readonly hooks: RunHooks
  readonly clock: StageClock
}

/** Templates to look for, and the model that finds them. */
export interface RunBank {
  readonly built: BuiltBank
  readonly structures: readonly Structure[]
  readonly model: MedlamModel
}

/** Begins a run; nothing is read yet. */
export function beginRun<Request extends LocalizeRequest>(
  loaded: LoadedModels,
  request: Request,
  hooks: RunHooks,
): FileRun<Request> {
  const options = { ...DEFAULT_RUN_OPTIONS, ...request.options }
  return { request, options, loaded, hooks, clock: startClock(hooks.onProgress) }
}

/** Reads the scan that is asked for. @throws MedlsamError `input` with the reason, `cancelled` */
export async function readStep({ request, hooks, clock }: FileRun<LocalizeRequest>): Promise<Scan> {
  clock.start('read')
  const { timePoint, maxBytes, forceHu } = request
  const scan = await readScan(request.scanPath, defined({ timePoint, maxBytes, forceHu }))
  throwIfCancelled(hooks.signal)
  return scan
}

/**
 * Gets the bank of the templates that are asked for.
 * @throws MedlsamError `template`, `model`, `cancelled`; `usage` for a structure that the bank does not have
 */
export async function bankStep({ request, options, loaded, hooks, clock }: FileRun<LocalizeRequest>): Promise<RunBank> {
  clock.start('templates')
  const model = await loaded.medlam()
  const onTemplate = (done: number, total: number, template: string): void => {
    clock.report(done, total, template)
  }
  const built = hooks.templates ?? (await loaded.templates(request.templates, { ...hooks, onTemplate }))
  return { built, structures: chooseStructures(built, options.structures, request.templates), model }
}

/** Finds the structures in the scan. */
export async function localizeStep(
  { options, hooks, clock }: FileRun<LocalizeRequest>,
  scan: Scan,
  { built, structures, model }: RunBank,
): Promise<readonly LocalizedStructure[]> {
  clock.start('localize')
  const { signal, onStructure } = hooks
  return localizeScan({ model, bank: built.bank, structures, options }, scan, {
    ...defined({ signal, onStructure }),
    onProgress: (done, total) => {
      clock.report(done, total)
    },
  })
}
