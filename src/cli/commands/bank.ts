import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { findDataset } from '../../lab/benchmark/labelledDataset.js'
import { isBank, readBank, writeBank } from '../../engine/medlam/bankFile.js'
import { reliabilityOf, WITHIN_MM } from '../../engine/medlam/reliability.js'
import type { ReliabilityStep } from '../../engine/medlam/templateBank.js'
import type { KnownScan } from '../../engine/templates/knownPoints.js'
import { readTemplateSet } from '../../engine/templates/templateSetFile.js'
import { keepForeign } from '../../shared/node/keepForeign.js'
import { runCommand } from '../command.js'
import { withEngineFlags, type EngineFlags } from '../engineFlags.js'
import { EXIT } from '../exitCodes.js'

interface BankFlags extends EngineFlags {
  readonly out: string
  readonly credit?: string
  readonly calibrateOn?: string
  readonly labels?: string
  readonly name?: string
  readonly force?: boolean
}

const LABELS_HELP = 'what label values mean there (default: labels.json or dataset.json in that folder or above it)'

/** `medlsam bank build SET --out FILE` */
export function addBankCommands(program: Command): void {
  const bank = program.command('bank').description('template banks: what localization needs of a set, without images')
  addMeasureCommand(bank)
  withEngineFlags(bank.command('build'))
    .description('encode a template set into a bank that can be shared')
    .argument('<set>', 'template set file')
    .requiredOption('--out <file>', 'bank to write, .msgpack')
    .option('--name <name>', "name of the bank (default: the set's name)")
    .option('--credit <text>', 'source and licence of the scans, kept in the bank')
    .option(
      '--calibrate-on <dir>',
      'labelled scans that teach how far off walls usually are, and to which side: X_ct.nii.gz with X_seg.nii.gz, or nnU-Net (default: the templates, each left out once)',
    )
    .option('--labels <file>', LABELS_HELP)
    .option('--force', 'replace a file that is no template bank')
    .action((file: string, flags: BankFlags) =>
      runCommand(flags, async (engine, hooks) => {
        await keepForeign([{ file: flags.out, isOurs: isBank }], flags.force)
        const set = await readTemplateSet(file)
        const named = { ...set, name: flags.name ?? set.name }
        const calibrateOn =
          flags.calibrateOn === undefined ? undefined : await knownScans(flags.calibrateOn, flags.labels)
        const built = await engine.buildBank(named, file, {
          ...hooks,
          ...defined({ credit: flags.credit, calibrateOn }),
        })
        await writeBank(flags.out, built.bank)
        const structures = built.bank.structures.map((structure) => structure.name)
        return {
          document: {
            bank: flags.out,
            templates: built.bank.templates.map((template) => template.id),
            structures,
            problems: built.problems,
          },
          lines: [
            `${flags.out}: ${built.bank.templates.length} templates, ${structures.join(', ')}`,
            ...built.problems,
          ],
          exitCode: built.problems.length === 0 ? EXIT.allFound : EXIT.someMissing,
        }
      }),
    )
}

interface MeasureFlags extends EngineFlags {
  readonly on: string
  readonly labels?: string
}

/** `medlsam bank measure BANK --on DIR` */
function addMeasureCommand(bank: Command): void {
  withEngineFlags(bank.command('measure'))
    .description('measure on labelled scans what a confidence of a bank is worth, and keep that in the bank')
    .argument('<bank>', 'bank file, .msgpack')
    .requiredOption('--on <dir>', 'labelled scans that are no templates: X_ct.nii.gz with X_seg.nii.gz, or nnU-Net')
    .option('--labels <file>', LABELS_HELP)
    .action((file: string, flags: MeasureFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const measured = await readBank(file)
        const { boxes, problems } = await engine.measureBank(measured, await knownScans(flags.on, flags.labels), hooks)
        const reliability = reliabilityOf(boxes)
        if (reliability.length > 0) await writeBank(file, { ...measured, reliability })
        const few = `${boxes.length} boxes are too few to tell what a confidence is worth, so ${file} is as it was: give more labelled scans.`
        return {
          document: { bank: file, boxes: boxes.length, withinMm: WITHIN_MM, reliability, problems },
          lines: [...(reliability.length > 0 ? reliabilityTable(reliability) : [few]), ...problems],
          exitCode: reliability.length > 0 && problems.length === 0 ? EXIT.allFound : EXIT.someMissing,
        }
      }),
    )
}

function reliabilityTable(reliability: readonly ReliabilityStep[]): string[] {
  return [
    `confidence  within ${WITHIN_MM} mm  boxes`,
    ...reliability.map(
      ({ confidence, withinShare, boxes }) =>
        `${confidence.toFixed(2).padStart(10)}  ${`${Math.round(100 * withinShare)} %`.padStart(11)}  ${String(boxes).padStart(5)}`,
    ),
  ]
}

async function knownScans(folder: string, labelsFile: string | undefined): Promise<KnownScan[]> {
  const { scans, structures } = await findDataset(folder, labelsFile)
  return scans.map(({ scan, labels }) => ({ scan, labels, structures }))
}
