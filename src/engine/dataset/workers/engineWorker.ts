import type { ErrorData } from '../../../shared/errorData.js'
import { MedlsamError, toErrorData } from '../../../shared/medlsamError.js'
import type { Engine, RunHooks, UnwrittenResult } from '../../engine.js'
import { isDiskTrouble, writeBytesAtomic } from '../../../shared/node/wholeFiles.js'
import type { BuiltBank } from '../../templates/buildBank.js'
import { hashScan } from '../../scanFiles/hashScan.js'
import { inputError } from '../../../shared/inputError.js'
import { orientationWarning } from './orientationCheck.js'
import { drawOverviews } from './overviewImages.js'
import { bankHash } from '../../templates/bankHashes.js'
import { prepareFingerprint } from '../state/runFingerprint.js'
import { scanStamp } from '../state/scanStamp.js'
import type { ScanAnswer, ScanFiles, ScanResult, ScanTask, ScanWorker, WorkHooks } from './scanWorker.js'

/** A worker around an engine in this process. Closing it leaves the engine to its owner. */
export function engineWorker(engine: Engine): ScanWorker {
  /** A run takes the templates that it was planned with, although users may edit them while it goes on. */
  let held: { readonly sha256: string; readonly built: BuiltBank } | undefined
  return {
    async prepare(request, hooks) {
      const { built, ...prepared } = await prepareFingerprint(engine, request, hooks)
      held = { sha256: prepared.fingerprint.templates, built }
      return prepared
    },
    async segment(task, hooks = {}) {
      try {
        if (held?.sha256 !== task.templatesSha256) {
          // A process that joined later.
          const built = await engine.templates(task.request.templates, hooks)
          if (bankHash(built.bank) !== task.templatesSha256)
            return { kind: 'failed', error: changedTemplates(task.request.templates), stopsRun: true }
          held = { sha256: task.templatesSha256, built }
        }
        return { kind: 'done', result: await segmentTask(engine, held.built, task, hooks) }
      } catch (error) {
        const data = toErrorData(error)
        if (data.kind === 'nothingFound') return emptyAnswer(task, data.message)
        return data.kind === 'cancelled'
          ? { kind: 'cancelled' }
          : { kind: 'failed', error: data, stopsRun: isDiskTrouble(error) }
      }
    },
    close: () => Promise.resolve(),
  }
}

/** What a later run needs to know, so that it does not look again. */
async function emptyAnswer({ request: { scanPath } }: ScanTask, reason: string): Promise<ScanAnswer> {
  try {
    const [inputSha256, stamp] = [await hashScan(scanPath), await scanStamp(scanPath)]
    return { kind: 'nothingFound', empty: { inputSha256, stamp, reason } }
  } catch (error) {
    return { kind: 'failed', error: toErrorData(error), stopsRun: false }
  }
}

function changedTemplates(templates: string): ErrorData {
  return {
    kind: 'template',
    message: `The templates ${templates} were changed while the run was going on, and a process that joined it has only the new ones.`,
    file: templates,
  }
}

async function segmentTask(
  engine: Engine,
  templates: BuiltBank,
  { request, overviewPath }: ScanTask,
  hooks: WorkHooks,
): Promise<ScanResult> {
  hooks.onProgress?.({ stage: 'read', done: 0, total: 0, secondsLeft: null })
  const stamp = await scanStamp(request.scanPath)
  let seconds: ScanResult['seconds'] = {}
  let outputs: ScanFiles['outputs'] = []
  const beforeWrite = async (result: UnwrittenResult): Promise<string[]> => {
    // A scan that cannot be opened any more has changed too.
    if ((await scanStamp(request.scanPath).catch(() => null)) !== stamp) {
      throw inputError(
        request.scanPath,
        `${request.scanPath} changed while it was read: run again when it is complete.`,
      )
    }
    const from = performance.now()
    const doubt = await orientationWarning(
      { model: await engine.medlam(), bank: templates.bank, options: request.options, signal: hooks.signal },
      result.scan,
      result.sidecar.structures,
    )
    seconds = { ...result.seconds, orientation: (performance.now() - from) / 1000 }
    await writeBytesAtomic(overviewPath, drawOverviews(result.scan, result.labels, result.sidecar.structures))
    return doubt === null ? [] : [doubt]
  }
  const beforeFiles: RunHooks['beforeFiles'] = async (files, { input }) => {
    outputs = files
    const may = (await hooks.mayWrite?.({ inputSha256: input.sha256, outputs })) ?? true
    if (!may)
      throw new MedlsamError('cancelled', `${request.scanPath} is not to be written any more.`, request.scanPath)
  }
  const { sidecar } = await engine.segment(request, { ...hooks, templates, beforeWrite, beforeFiles })
  return {
    inputSha256: sidecar.input.sha256,
    stamp,
    outputs,
    seconds,
    found: sidecar.structures.filter(({ status }) => status === 'found').length,
    structures: sidecar.structures.length,
  }
}
