import { defined } from '../../../shared/defined.js'
import type { InstalledModel } from '../../../shared/modelTypes.js'
import type { Engine, RunHooks } from '../../../engine/engine.js'
import { nameOf } from '../../../engine/models/segmenters.js'
import type { DownloadHooks } from '../../../engine/models/install/downloadModel.js'
import { bytesListener } from '../../../engine/pipeline/stageClock.js'
import type { CommandOutput } from '../../command.js'
import { EXIT } from '../../exitCodes.js'

/** The output of a command that did what it was asked. */
export function done(document: unknown, lines: readonly string[]): CommandOutput {
  return { document, lines, exitCode: EXIT.allFound }
}

/** Shows how far a download or an import is. */
export function transfer({ onProgress, signal }: RunHooks): Pick<DownloadHooks, 'signal' | 'onBytes'> {
  return defined({ signal, onBytes: bytesListener(onProgress) })
}

/** How to use what has just been installed. */
export async function useText(engine: Engine, model: InstalledModel): Promise<string> {
  return model.use.task === 'segment'
    ? `use it with --segmenter ${await nameOf(model, engine.models.folder)}`
    : `use it with --medlam ${model.id}`
}
