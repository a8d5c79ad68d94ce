import type { Command } from 'commander'
import { defined } from '../shared/defined.js'
import type { LocalizeRequest } from '../shared/requests.js'
import type { RunOptions } from '../shared/sidecar.js'
import { withEngineFlags, type EngineFlags } from './engineFlags.js'
import { bytes, fraction, names, wholeNumber } from './parse.js'

/** Options of commands that read a scan and look for structures, as commander hands them over. */
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

/** Adds those options. */
export function withScanFlags(command: Command): Command {
  return withEngineFlags(command)
    .requiredOption('--templates <set>', 'a template set, a bank file, or a built-in bank such as head-neck')
    .option('--structures <names>', 'only these structures, with commas between', names)
    .option('--paper', 'the published procedure of localization instead of ours')
    .option('--seed <n>', 'seed of the published procedure', wholeNumber(0))
    .option('--no-parts', 'one whole box per structure, even where templates have parts')
    .option('--min-confidence <c>', 'report structures under this confidence (0 to 1) as not found', fraction)
    .option('--time-point <n>', 'which volume of a 4D scan, from 0', wholeNumber(0))
    .option('--max-bytes <n>', 'largest volume to accept in memory, such as 4G', bytes)
    .option('--force-hu', 'take the scan as CT in HU whatever it looks like')
}

/** What they ask for in one scan. */
export function toLocalizeRequest(scanPath: string, flags: ScanFlags): LocalizeRequest {
  return { scanPath, ...toLocalizeSettings(flags) }
}

/** What they ask for in any scan. */
export function toLocalizeSettings(
  flags: ScanFlags,
  more: Partial<RunOptions> = {},
): Omit<LocalizeRequest, 'scanPath'> {
  const { templates, structures, paper, seed, parts, minConfidence, timePoint, maxBytes, forceHu } = flags
  const options = defined({
    structures,
    procedure: paper === true ? ('paper' as const) : undefined,
    seed,
    parts: parts ? undefined : false,
    minConfidence,
  })
  return defined({ templates, options: { ...more, ...options }, timePoint, maxBytes, forceHu })
}
