import { defined } from '../../shared/defined.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import { DEFAULT_RUN_OPTIONS, type LocalizeRequest } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import type { FoundSeries } from '../dicom/findSeries.js'
import type { LoadedModels } from '../loadedModels.js'
import type { MedlamModel } from '../medlam/model.js'
import { readScan } from '../scanFiles/readScan.js'
import { bankHash } from '../templates/bankHashes.js'
import type { BuiltBank } from '../templates/buildBank.js'
import { chooseBank } from './chooseBank.js'
import { chooseStructures } from './chooseStructures.js'
import type { Localization } from './localization.js'
import { onlyWanted } from './chooseLocalized.js'
import { localizeScan, type LocalizeHooks } from './localizeScan.js'
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
  /** Of all templates that were asked for, from which `built` may have been chosen. */
  readonly sha256: string
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

/** Reads the scan that is asked for, of the series of its place where they are known already. @throws MedlsamError `input` with the reason, `cancelled` */
export async function readStep(
  { request, hooks, clock }: FileRun<LocalizeRequest>,
  found?: FoundSeries,
): Promise<Scan> {
  clock.start('read')
  const { series, timePoint, maxBytes, forceHu, huOffset } = request
  const scan = await readScan(request.scanPath, defined({ series, found, timePoint, maxBytes, forceHu, huOffset }))
  throwIfCancelled(hooks.signal)
  return scan
}

/**
 * Gets the bank of the templates that are asked for, or the built-in one that fits the scan.
 * @throws MedlsamError `template`, `model`, `cancelled`; `usage` for a structure that the bank does not have
 */
export async function bankStep(
  { request, options, loaded, hooks, clock }: FileRun<LocalizeRequest>,
  scan: Scan,
): Promise<RunBank> {
  clock.start('templates')
  const model = await loaded.medlam()
  const onTemplate = (done: number, total: number, template: string): void => {
    clock.report(done, total, template)
  }
  const built = hooks.templates ?? (await loaded.templates(request.templates, { ...hooks, onTemplate }))
  const asked = chooseStructures(built, options.structures, request.templates)
  const sha256 = bankHash(built.bank)
  if (built.choices === undefined) return { built, structures: asked, model, sha256 }
  const bank = await chooseBank(scan, built.choices, { threads: loaded.threads, ...defined({ signal: hooks.signal }) })
  return { built: { ...built, bank }, structures: options.structures === null ? bank.structures : asked, model, sha256 }
}

/**
 * Finds the structures in the scan: all of a bank at once, but for the published procedure. They are remembered, so that
 * looking for another one in the same scan costs nothing.
 */
export async function localizeStep(
  { request, options, loaded, hooks, clock }: FileRun<LocalizeRequest>,
  scan: Scan,
  { built, structures, model }: RunBank,
): Promise<Localization> {
  clock.start('localize')
  const { signal, onStructure } = hooks
  const { bank } = built
  const find = (wanted: readonly Structure[], more: LocalizeHooks = {}): Promise<Localization> =>
    localizeScan({ model, bank, structures: wanted, options, threads: loaded.threads }, scan, {
      ...defined({ signal }),
      ...more,
      onProgress: (done, total) => {
        clock.report(done, total)
      },
    })
  if (options.procedure === 'paper') return find(structures, defined({ onStructure }))
  const all = await loaded.localizations.recall({ bank, scanSha256: scan.sha256, request, options }, () =>
    find(bank.structures),
  )
  const chosen = onlyWanted(structures, all.structures)
  for (const structure of chosen) onStructure?.(structure)
  return { ...all, structures: chosen }
}
