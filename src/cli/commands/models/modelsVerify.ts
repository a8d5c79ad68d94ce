import type { Command } from 'commander'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { EXIT } from '../../exitCodes.js'
import { errorLine } from '../../remedyFlags.js'

/** `medlsam models verify [ID]` */
export function addModelsVerify(models: Command): void {
  withEngineFlags(models.command('verify'))
    .description('compare installed files with their recorded SHA-256')
    .argument('[id]', 'id of a model (default: all installed ones)')
    .action((id: string | undefined, flags: EngineFlags) =>
      runCommand(flags, async (engine) => {
        const files = await engine.models.verify(id === undefined ? null : { id })
        const lines = files.map(({ id: model, precision, state, path, problem: message }) =>
          message === undefined
            ? `${state.padEnd(8)} ${path}`
            : errorLine({ message, remedy: { option: 'removeModel', id: model, precision } }),
        )
        return {
          document: files,
          lines: lines.length === 0 ? ['Nothing is installed.'] : lines,
          exitCode: files.every(({ state }) => state === 'intact') ? EXIT.allFound : EXIT.badInput,
        }
      }),
    )
}
