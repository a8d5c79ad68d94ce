import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import { startClock } from '../../engine/pipeline/stageClock.js'
import { checkTemplates } from '../../engine/templates/checkTemplates.js'
import { templateFromLabelMap } from '../../engine/templates/fromLabelMap.js'
import { templateFromPoints } from '../../engine/templates/fromPoints.js'
import { readStructureNames } from '../../engine/templates/structureNames.js'
import { readTemplateSet, writeTemplateSet } from '../../engine/templates/templateSetFile.js'
import type { Structure } from '../../shared/structure.js'
import { keepForeign, neverOurs } from '../../shared/node/keepForeign.js'
import { setNameOf } from '../../shared/node/templateSetPaths.js'
import { emptyTemplateSet, type TemplateSet } from '../../shared/templateSet.js'
import { addTemplate, onlyStructures, type NewTemplate } from '../../shared/templateSetEdit.js'
import { runCommand, type CommandOutput } from '../command.js'
import { withEngineFlags, type EngineFlags } from '../engineFlags.js'
import { EXIT } from '../exitCodes.js'
import { names, wholeNumber } from '../parse.js'

interface AddFlags extends EngineFlags {
  readonly name?: string
  readonly scan: readonly string[]
  readonly labels?: readonly string[]
  readonly points?: readonly string[]
  readonly structures?: readonly string[]
  readonly labelNames?: string
  readonly parts: number
  readonly force?: boolean
}

/** `medlsam template create|add|check` */
export function addTemplateCommands(program: Command): void {
  const template = program.command('template').description('make and check template sets')
  withAddFlags(template.command('create'))
    .description('make a template set of scans and their label maps or points')
    .option('--name <name>', 'name of the set (default: its file name)')
    .option('--force', 'replace a file that is there already')
    .action((file: string, flags: AddFlags) =>
      runCommand(flags, async () => {
        await keepForeign([{ file, isOurs: neverOurs }], flags.force).catch(sayHowToExtend)
        return extend(emptyTemplateSet(flags.name ?? setNameOf(file)), file, flags)
      }),
    )
  withAddFlags(template.command('add'))
    .description(
      'add scans to a template set; of a scan that is in it already, structures with other points are replaced',
    )
    .action((file: string, flags: AddFlags) =>
      runCommand(flags, async () => extend(await readTemplateSet(file), file, flags)),
    )
  withEngineFlags(template.command('check'))
    .description('find every template with the others and report the error per structure in mm')
    .argument('<set>', 'template set file')
    .action((file: string, flags: EngineFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const clock = startClock(hooks.onProgress)
        clock.start('templates')
        const check = await checkTemplates(await engine.medlam(), await readTemplateSet(file), file, {
          checkCancelled: () => {
            throwIfCancelled(hooks.signal)
          },
          onProgress: (done, total, id) => {
            clock.report(done, total, id)
          },
        })
        const flagged = check.rows.some((row) => row.flagged) || check.problems.length > 0
        return {
          document: check,
          lines: [
            'template              structure             wall error mm',
            ...check.rows.map(
              ({ template: id, structure, wallErrorMm, flagged: bad }) =>
                `${id.padEnd(20)}  ${structure.padEnd(20)}  ${wallErrorMm.toFixed(1).padStart(13)}${bad ? '  check its points' : ''}`,
            ),
            ...check.problems,
          ],
          exitCode: flagged ? EXIT.someMissing : EXIT.allFound,
        }
      }),
    )
}

/** A set that is there is extended with another command. */
function sayHowToExtend(error: unknown): never {
  if (!(error instanceof MedlsamError) || error.file === undefined) throw error
  throw new MedlsamError(
    error.kind,
    `${error.file} exists already: extend a template set with "medlsam template add".`,
    error.file,
    { cause: error, ...defined({ remedy: error.remedy }) },
  )
}

function withAddFlags(command: Command): Command {
  return command
    .argument('<set>', 'template set file, .json')
    .requiredOption('--scan <file...>', 'template scans')
    .option('--labels <file...>', 'label map, DICOM SEG or RTSTRUCT of each scan, in the same order')
    .option('--points <file...>', 'extreme points of each scan as JSON, in the same order, instead of label maps')
    .option('--structures <names>', 'only these structures of the label maps, with commas between', names)
    .option('--label-names <file>', 'what label values mean: {"labels": {"1": "Brainstem"}} or a _dseg.tsv')
    .option('--parts <n>', 'cut long structures into at most n parts for sub-patch localization', wholeNumber(0), 6)
    .option('--json', 'print one JSON document on stdout and nothing else')
}

async function extend(set: TemplateSet, file: string, flags: AddFlags): Promise<CommandOutput> {
  const { scan: scans, labels, points } = flags
  const sources = labels ?? points
  if (sources === undefined || (labels !== undefined && points !== undefined) || sources.length !== scans.length) {
    throw new MedlsamError(
      'usage',
      'Give each --scan one label map (--labels) or one points file (--points), in the same order.',
    )
  }
  const known: readonly Structure[] =
    flags.labelNames === undefined ? set.structures : await readStructureNames(flags.labelNames)
  const wanted = flags.structures
  let extended = set
  for (const [index, scan] of scans.entries()) {
    const added =
      labels === undefined
        ? await templateFromPoints(file, scan, sources[index], known)
        : await templateFromLabelMap(file, scan, sources[index], known, { maxParts: flags.parts })
    if (wanted !== undefined) checkNames(added, wanted, sources[index])
    extended = addTemplate(extended, wanted === undefined ? added : onlyStructures(added, wanted))
  }
  await writeTemplateSet(file, extended)
  return {
    document: extended,
    lines: [
      `${file}: ${extended.scans.length} scans, ${extended.structures.map((structure) => structure.name).join(', ')}`,
    ],
    exitCode: EXIT.allFound,
  }
}

/** @throws MedlsamError `usage` for a name that the source does not have */
function checkNames({ structures }: NewTemplate, wanted: readonly string[], source: string): void {
  const missing = wanted.find((name) => !structures.some((structure) => structure.name === name))
  if (missing === undefined) return
  throw new MedlsamError(
    'usage',
    `${source} has no structure "${missing}": it has ${structures.map(({ name }) => name).join(', ')}.`,
    source,
  )
}
