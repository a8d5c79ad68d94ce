import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { defined } from '../../../shared/defined.js'
import { PRECISIONS, type Precision } from '../../../shared/modelTypes.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { oneOf } from '../../parse.js'
import { done } from './modelsOutput.js'

/** `medlsam models remove ID` */
export function addModelsRemove(models: Command): void {
  withEngineFlags(models.command('remove'))
    .description('delete an installed model')
    .argument('<id>', 'id of a model')
    .option('--precision <p>', 'only this precision', oneOf(PRECISIONS))
    .action((id: string, flags: EngineFlags & { readonly precision?: Precision }) =>
      runCommand(flags, async (engine) => {
        const removed = await engine.models.remove(defined({ id, precision: flags.precision }))
        return done(
          { removed },
          removed.map((folder) =>
            existsSync(folder) ? `Removed the model from ${folder}, where other files stay` : `Removed ${folder}`,
          ),
        )
      }),
    )
}
