import type { LocalizeRequest } from '../../shared/requests.js'
import type { LocalizationReport } from '../../shared/sidecar.js'
import type { LoadedModels } from '../loadedModels.js'
import { bankStep, beginRun, localizeStep, readStep } from './firstSteps.js'
import { localizationReport } from './report.js'
import type { RunHooks } from './runHooks.js'

/**
 * Finds the structures of the templates in a scan file: read, bank, localize, report. Writes nothing.
 * @throws MedlsamError with the reason
 */
export async function localizeFile(
  loaded: LoadedModels,
  request: LocalizeRequest,
  hooks: RunHooks = {},
): Promise<LocalizationReport> {
  const run = beginRun(loaded, request, hooks)
  const scan = await readStep(run)
  const bank = await bankStep(run, scan)
  const { structures: localized } = await localizeStep(run, scan, bank)
  return localizationReport({ ...run, scan, ...bank, localized, seconds: run.clock.stop() })
}
