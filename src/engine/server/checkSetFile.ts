import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { TemplateCheckReport } from '../../protocol/rpc.js'
import type { Engine, RunHooks } from '../engine.js'
import { startClock } from '../pipeline/stageClock.js'
import { checkTemplates } from '../templates/checkTemplates.js'
import { readTemplateSet } from '../templates/templateSetFile.js'

/** Finds every template of a set file with the other ones. */
export async function checkSetFile(engine: Engine, setPath: string, hooks: RunHooks): Promise<TemplateCheckReport> {
  const clock = startClock(hooks.onProgress)
  clock.start('templates')
  return checkTemplates(await engine.medlam(), await readTemplateSet(setPath), setPath, {
    checkCancelled: () => {
      throwIfCancelled(hooks.signal)
    },
    onProgress: (done, total, template) => {
      clock.report(done, total, template)
    },
  })
}
