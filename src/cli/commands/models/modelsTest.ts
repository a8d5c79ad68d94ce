import type { Command } from 'commander'
import { defined } from '../../../shared/defined.js'
import type { ProviderTrial } from '../../../shared/modelTypes.js'
import { DEFAULT_SEGMENTER } from '../../../engine/models/segmenters.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { done } from './modelsOutput.js'

/** `medlsam models test [ID]` */
export function addModelsTest(models: Command): void {
  withEngineFlags(models.command('test'))
    .description('time one encode per provider and remember which one "--provider auto" takes here')
    .argument('[id]', 'id of an installed segmenter', DEFAULT_SEGMENTER)
    .action((id: string, flags: EngineFlags) =>
      runCommand(flags, async (engine, { signal }) => {
        const report = await engine.models.testProviders(id, defined({ signal, threads: flags.threads }))
        return done(report, [
          ...report.trials.map(trialLine),
          `"auto" takes ${report.chosen} for ${id} on this machine.`,
        ])
      }),
    )
}

function trialLine({ provider, encodeMs, difference, problem }: ProviderTrial): string {
  const time = encodeMs === null ? '' : `${encodeMs.toFixed(0)} ms`
  const error = difference === null ? '' : `differs by ${(100 * difference).toFixed(2)} %`
  return `${provider.padEnd(9)} ${time.padStart(8)}  ${error}${problem === null ? '' : `  ${problem}`}`.trimEnd()
}
