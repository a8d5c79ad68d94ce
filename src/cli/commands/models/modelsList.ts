import type { Command } from 'commander'
import type { ModelSummary } from '../../../shared/modelTypes.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { done } from './modelsOutput.js'
import { megabytes } from './modelsInfo.js'

/** `medlsam models list` */
export function addModelsList(models: Command): void {
  withEngineFlags(models.command('list'))
    .description('all models and where they stand')
    .action((flags: EngineFlags) =>
      runCommand(flags, async (engine) => {
        const info = await engine.models.list()
        return done(info, [...table(info.models), '', ...info.problems, `Models folder: ${info.folder}`])
      }),
    )
}

/** One line for each precision of each model. */
function table(models: readonly ModelSummary[]): string[] {
  const rows = models.flatMap((model) =>
    model.variants.length === 0
      ? [[model.id, model.task, '', 'import only', '', model.license?.spdx ?? '']]
      : model.variants.map((variant) => [
          model.id,
          model.task,
          variant.precision,
          variant.state,
          megabytes(variant),
          model.license?.spdx ?? '',
        ]),
  )
  const all = [['id', 'task', 'precision', 'state', 'MB', 'licence'], ...rows]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  return all.map((row) =>
    row
      .map((cell, column) => (column === 4 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  )
}
