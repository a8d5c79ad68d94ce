import { defined } from '../../../shared/defined.js'
import type { RunFingerprint, DatasetRequest } from '../../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../../shared/requests.js'
import { sha256Of } from '../../../shared/node/hash.js'
import type { Sidecar } from '../../../shared/sidecar.js'
import type { Engine, RunHooks } from '../../engine.js'
import { modelsOf } from '../../pipeline/structureFingerprint.js'
import { chooseStructures } from '../../pipeline/chooseStructures.js'
import { bankHash, hashStructures } from '../../templates/bankHashes.js'
import type { BuiltBank } from '../../templates/buildBank.js'
import { TOOL_VERSION } from '../../version.js'

/** What is known once models and templates are loaded. */
export interface Prepared {
  readonly fingerprint: RunFingerprint
  /** See `hashStructures`. */
  readonly structureSha256: Readonly<Record<string, string>>
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
  const quality = settings.options?.quality ?? DEFAULT_RUN_OPTIONS.quality
  const segmenter = quality === 'draft' ? null : await engine.segmenter(settings.segmenter, hooks)
  const options = {
    ...DEFAULT_RUN_OPTIONS,
    ...settings.options,
    timePoint: settings.timePoint ?? null,
    forceHu: settings.forceHu ?? false,
    // Left out where it is not set, so that earlier runs stay done.
    ...defined({ huOffset: settings.huOffset, write: settings.write, deidentify: settings.deidentify }),
    bids: bids ?? false,
  }
  return {
    fingerprint: {
      tool: TOOL_VERSION,
      models: [model.hash, ...(segmenter?.networks ?? []).map(({ sha256 }) => sha256)],
      templates: bankHash(built.bank),
      options,
    },
    structureSha256: hashStructures(built.bank),
    problems: built.problems,
    built,
  }
}

/** One hash of a fingerprint; the order in which its options were given plays no part. */
export function fingerprintHash({ tool, models, templates, options }: RunFingerprint): string {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  return sha256Of(JSON.stringify([tool, models, templates, sorted]))
}

/** The fingerprint of the run that made a result, whichever kind of run it was; null where its sidecar does not tell. */
export function fingerprintOfResult({ tool, templates, segmenter, options, input }: Sidecar): RunFingerprint | null {
  if (templates.sha256 === undefined) return null
  const { timePoint, forceHu = false, huOffset } = input
  return {
    tool: tool.version,
    models: modelsOf({ templates, segmenter }),
    templates: templates.sha256,
    options: { ...options, timePoint, forceHu, ...defined({ huOffset }), bids: false },
  }
}
