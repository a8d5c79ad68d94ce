import type { LocalizeRequest } from '../shared/requests.js'
import type { RunOptions } from '../shared/sidecar.js'
import type { EngineFlags } from './command.js'

/** Options of `localize` and `segment` as commander hands them over. */
export interface ScanFlags extends EngineFlags {
  readonly templates: string
  readonly structures?: readonly string[]
  readonly paper?: boolean
  readonly seed?: number
  readonly parts: boolean
  readonly minConfidence?: number
  readonly timePoint?: number
  readonly maxBytes?: number
  readonly forceHu?: boolean
}

/** The request those options ask for. */
export function toLocalizeRequest(scanPath: string, flags: ScanFlags): LocalizeRequest {
  return { scanPath, ...toLocalizeSettings(flags) }
}

/** What those options ask for in any scan. */
export function toLocalizeSettings(
  flags: ScanFlags,
  more: Partial<RunOptions> = {},
): Omit<LocalizeRequest, 'scanPath'> {
  const { templates, structures, paper, seed, parts, minConfidence, timePoint, maxBytes, forceHu } = flags
  return {
    templates,
    options: {
      ...more,
      ...(structures === undefined ? {} : { structures }),
      ...(paper === true ? { procedure: 'paper' as const } : {}),
      ...(seed === undefined ? {} : { seed }),
      ...(parts ? {} : { parts }),
      ...(minConfidence === undefined ? {} : { minConfidence }),
    },
    ...(timePoint === undefined ? {} : { timePoint }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(forceHu === undefined ? {} : { forceHu }),
  }
}
