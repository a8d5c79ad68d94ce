import type { Command } from 'commander'
import { writeBank } from '../../engine/medlam/bankFile.js'
import { readCalibrations } from '../../engine/templates/calibrationFile.js'
import { readTemplateSet } from '../../engine/templates/templateSetFile.js'
import { runCommand, type EngineFlags } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { withEngineFlags } from '../parse.js'

interface BankFlags extends EngineFlags {
  readonly out: string
  readonly credit?: string
  readonly calibration?: string
  readonly name?: string
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
    .option('--calibration <file>', 'JSON with errorMm and similarity per structure, measured on other labelled scans (default: leave-one-out)')
    .action((file: string, flags: BankFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const set = await readTemplateSet(file)
        const named = { ...set, name: flags.name ?? set.name }
        const built = await engine.buildBank(named, file, {
          ...hooks,
          ...(flags.credit === undefined ? {} : { credit: flags.credit }),
          ...(flags.calibration === undefined ? {} : { calibrations: await readCalibrations(flags.calibration) }),
        })
        await writeBank(flags.out, built.bank)
        const structures = built.bank.structures.map((structure) => structure.name)
        return {
          document: { bank: flags.out, templates: built.bank.templates.map((template) => template.id), structures, problems: built.problems },
          lines: [`${flags.out}: ${built.bank.templates.length} templates, ${structures.join(', ')}`, ...built.problems],
          exitCode: built.problems.length === 0 ? EXIT.allFound : EXIT.someMissing,
        }
      }),
    )
}
