import type { Command } from 'commander'
import { defined } from '../../../shared/defined.js'
import { PRECISIONS, type Precision } from '../../../shared/modelTypes.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { oneOf } from '../../parse.js'
import { done, transfer, useText } from './modelsOutput.js'

interface DownloadFlags extends EngineFlags {
  readonly precision?: Precision
  readonly acceptLicense?: boolean
  readonly acceptUnverified?: boolean
}

/** `medlsam models download ID` */
export function addModelsDownload(models: Command): void {
  withEngineFlags(models.command('download'))
    .description('download a model; continues what was cut off, checks its SHA-256')
    .argument('<id>', 'id of a model')
    .option('--precision <p>', 'fp32, fp16 or int8 (default: the first there is)', oneOf(PRECISIONS))
    .option('--accept-license', 'you have read and accept the licence that "medlsam models info" names')
    .option('--accept-unverified', 'take files for which nobody has published a SHA-256, and remember how they came')
    .action((id: string, flags: DownloadFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const { precision, acceptLicense, acceptUnverified } = flags
        const request = defined({ id, precision, acceptLicense, acceptUnverified })
        const model = await engine.models.download(request, transfer(hooks))
        return done(model, [`${model.title} (${model.precision}) is installed: ${await useText(engine, model)}.`])
      }),
    )
}
