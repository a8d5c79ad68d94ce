import { Option, type Command } from 'commander'
import { defined } from '../shared/defined.js'
import type { LocalizeRequest } from '../shared/requests.js'
import { LOCALIZE_METHODS, type LocalizeMethod, type RunOptions } from '../shared/sidecar.js'
import { withEngineFlags, type EngineFlags } from './engineFlags.js'
import { bytes, fraction, names, number, wholeNumber } from './parse.js'

/** Options of commands that read a scan and look for structures, as commander hands them over. */
export interface ScanFlags extends EngineFlags {
  readonly templates: string
  readonly series?: string
  readonly structures?: readonly string[]
  readonly paper?: boolean
  readonly method?: LocalizeMethod
  readonly seed?: number
  readonly parts: boolean
  readonly minConfidence?: number
  readonly timePoint?: number
  readonly maxBytes?: number
  readonly forceHu?: boolean
  readonly huOffset?: number
}

/** Adds those options. */
export function withScanFlags(command: Command): Command {
  return withEngineFlags(command)
    .requiredOption(
      '--templates <set>',
      'a template set, a bank file, a built-in bank (head-neck, trunk), or auto for the built-in bank that fits the scan',
    )
    .option('--structures <names>', 'only these structures, with commas between', names)
    .addOption(methodOption())
    .option('--paper', 'the published procedure of localization instead of ours')
    .option('--seed <n>', 'seed of the published procedure', wholeNumber(0))
    .option('--no-parts', 'one whole box per structure, even where templates have parts')
    .option('--min-confidence <c>', 'report structures under this confidence (0 to 1) as not found', fraction)
    .option('--time-point <n>', 'which volume of a 4D scan, from 0', wholeNumber(0))
    .option('--max-bytes <n>', 'largest volume to accept in memory, such as 4G', bytes)
    .option('--force-hu', 'take the scan as CT in HU whatever it looks like')
    .option('--hu-offset <n>', 'subtract n from all values: 1024 where CT was saved as HU + 1024', number)
}

/** Adds the option that chooses one DICOM series, to commands that read one scan. */
export function withSeriesFlag(command: Command): Command {
  return command.option(
    '--series <series>',
    'which DICOM series of a folder with several: its number, its UID or the end of it',
  )
}

/** The option that says how structures are found. */
export function methodOption(): Option {
  return new Option(
    '--method <name>',
    'how structures are found: medlam (the paper), align (the templates are laid over the scan), or auto (both; default)',
  ).choices(LOCALIZE_METHODS)
}

/** What they ask for in one scan. */
export function toLocalizeRequest(scanPath: string, flags: ScanFlags): LocalizeRequest {
  return { scanPath, ...defined({ series: flags.series }), ...toLocalizeSettings(flags) }
}

/** What they ask for in any scan. */
export function toLocalizeSettings(
  flags: ScanFlags,
  more: Partial<RunOptions> = {},
): Omit<LocalizeRequest, 'scanPath'> {
  const { templates, structures, paper, method, seed, parts, minConfidence, timePoint, maxBytes, forceHu, huOffset } =
    flags
  const options = defined({
    structures,
    procedure: paper === true ? ('paper' as const) : undefined,
    method,
    seed,
    parts: parts ? undefined : false,
    minConfidence,
  })
  return defined({ templates, options: { ...more, ...options }, timePoint, maxBytes, forceHu, huOffset })
}
