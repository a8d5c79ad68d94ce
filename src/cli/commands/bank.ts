import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { findDataset } from '../../lab/benchmark/labelledDataset.js'
import { isBank, writeBank } from '../../engine/medlam/bankFile.js'
import type { KnownScan } from '../../engine/templates/calibrateOnScans.js'
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

/** `medlsam bank build SET --out FILE` */
export function addBankCommands(program: Command): void {
  const bank = program.command('bank').description('template banks: what localization needs of a set, without images')
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
    .option(
      '--labels <file>',
      'what label values mean there (default: labels.json or dataset.json in that folder or above it)',
    )
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

async function knownScans(folder: string, labelsFile: string | undefined): Promise<KnownScan[]> {
  const { scans, structures } = await findDataset(folder, labelsFile)
  return scans.map(({ scan, labels }) => ({ scan, labels, structures }))
}
