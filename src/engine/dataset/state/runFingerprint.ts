import type { RunFingerprint, DatasetRequest } from '../../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../../shared/requests.js'
import { sha256Of } from '../../../shared/node/hash.js'
import type { Engine, RunHooks } from '../../engine.js'
import type { TemplateBank } from '../../medlam/templateBank.js'
import { serialiseBank } from '../../medlam/bankFile.js'
import { chooseStructures } from '../../pipeline/chooseStructures.js'
import type { BuiltBank } from '../../templates/buildBank.js'
import { TOOL_VERSION } from '../../version.js'

/** What is known once models and templates are loaded. */
export interface Prepared {
  readonly fingerprint: RunFingerprint
  /** A sentence for every template that cannot be used. */
  readonly problems: readonly string[]
}

/**
 * Loads the models and templates of a request, so that the first scan finds them ready, and says what exactly they are.
 * @throws MedlsamError when they cannot be used; `usage` for structures that the templates do not have
 */
export async function prepareFingerprint(
  engine: Engine,
  { settings, bids }: DatasetRequest,
  hooks: RunHooks = {},
): Promise<Prepared & { readonly built: BuiltBank }> {
  const model = await engine.medlam()
  const built = await engine.templates(settings.templates, hooks)
  chooseStructures(built, settings.options?.structures ?? null, settings.templates)
  const segmenter = await engine.segmenter(settings.segmenter, hooks)
  const options = {
    ...DEFAULT_RUN_OPTIONS,
    ...settings.options,
    timePoint: settings.timePoint ?? null,
    forceHu: settings.forceHu ?? false,
    bids: bids ?? false,
  }
  return {
    fingerprint: {
      tool: TOOL_VERSION,
      models: [model.hash, ...segmenter.networks.map(({ sha256 }) => sha256)],
      templates: bankHash(built.bank),
      options,
    },
    problems: built.problems,
    built,
  }
}

/** SHA-256 of everything a bank says. */
export function bankHash(bank: TemplateBank): string {
  return sha256Of(serialiseBank(bank))
}

/** One hash of a fingerprint; the order in which its options were given plays no part. */
export function fingerprintHash({ tool, models, templates, options }: RunFingerprint): string {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  return sha256Of(JSON.stringify([tool, models, templates, sorted]))
}
