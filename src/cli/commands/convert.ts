import { Option, type Command } from 'commander'
import { convertLabelMap } from '../../engine/convert/convertLabelMap.js'
import { defined } from '../../shared/defined.js'
import { EXPORT_FORMATS, EXPORT_KINDS, type ExportFormat } from '../../shared/exportFormats.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'

interface ConvertFlags {
  readonly to: ExportFormat
  readonly series?: string
  readonly out?: string
  readonly deidentify?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** `medlsam convert LABELMAP --to FORMAT` */
export function addConvert(program: Command): void {
  const formats = EXPORT_FORMATS.map((format) => `${format} (${EXPORT_KINDS[format].title})`).join(', ')
  program
    .command('convert')
    .description('write a label map in a format of other programs')
    .argument('<labelmap>', 'label map, with its table of names beside it')
    .addOption(new Option('--to <format>', formats).choices(EXPORT_FORMATS).makeOptionMandatory())
    .option(
      '--series <folder>',
      'DICOM series that it was made of, a folder or one of its slices (default: the one in its sidecar)',
    )
    .option('--out <file>', 'file or folder to write (default: beside the label map)')
    .option('--deidentify', 'pseudonyms in the place of names, ids and UIDs, and no dates')
    .option('--force', 'replace what is there already')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .action((labelMap: string, flags: ConvertFlags) =>
      runCommand(flags, async () => {
        const { to, series, out, deidentify, force } = flags
        const outcome = await convertLabelMap({ labelMap, to, ...defined({ series, out, deidentify, force }) })
        return {
          document: outcome,
          lines: [
            ...outcome.warnings.map((warning) => `Note: ${warning}`),
            `${EXPORT_KINDS[to].title}: ${outcome.out}`,
          ],
          exitCode: EXIT.allFound,
        }
      }),
    )
}
