import { Command, CommanderError } from 'commander'
import { TOOL_VERSION } from '../engine/version.js'
import { addBankCommands } from './commands/bank.js'
import { addBenchmark } from './commands/benchmark.js'
import { addConvert } from './commands/convert.js'
import { addDicomCommands } from './commands/dicom.js'
import { addEvaluate } from './commands/evaluate.js'
import { addInfo } from './commands/info.js'
import { addLocalize } from './commands/localize.js'
import { addModelsCommands } from './commands/models/modelsCommands.js'
import { addRun } from './commands/run.js'
import { addSegment } from './commands/segment.js'
import { addStats } from './commands/stats.js'
import { addSynthesize } from './commands/synthesize.js'
import { addTemplateCommands } from './commands/template.js'
import { addWorker } from './commands/worker.js'
import { EXIT } from './exitCodes.js'

const program = new Command('medlsam')
  .description('Localize and segment organs in CT from a handful of templates.')
  .version(TOOL_VERSION)
  .addHelpText(
    'after',
    '\nExit codes: 0 all found, 1 usage, 2 bad input, 3 some structures (run: scans) not found or failed, 4 internal, 130 interrupted.',
  )
addLocalize(program)
addSegment(program)
addRun(program)
addTemplateCommands(program)
addBankCommands(program)
addDicomCommands(program)
addConvert(program)
addEvaluate(program)
addStats(program)
addModelsCommands(program)
addBenchmark(program)
addInfo(program)
addSynthesize(program)
addWorker(program)

// Subcommands inherit the handler only when it is set on each of them.
const visit = (command: Command): void => {
  command.exitOverride()
  command.commands.forEach(visit)
}
visit(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander has printed its message; asking for help or the version is no mistake.
  process.exitCode = error.exitCode === 0 ? EXIT.allFound : EXIT.usage
}
