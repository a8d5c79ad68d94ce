import path from 'node:path'
import type { DatasetEvent, DatasetPlan } from '../../shared/datasetRun.js'
import type { ErrorData } from '../../shared/errorData.js'
import type { Stage } from '../../shared/progress.js'
import type { HashedFile } from '../pipeline/writeResult.js'
import { bidsFieldsOf } from './place/bids.js'
import type { Journal } from './state/journal.js'
import { removeTemporaries, removeUnfinished } from './place/partialFiles.js'
import { claimName, type TakenScan } from './scanQueue.js'
import { sourceOf } from './state/scanState.js'
import type { ScanAnswer, ScanFiles, ScanResult, ScanWorker } from './workers/scanWorker.js'
import { checkStateFolder, overviewPath, type StateFolder } from './state/stateFolder.js'

/** So often may a scan bring down the process before it is passed over. */
const MOST_ATTEMPTS = 2

/** What the steps of a run share. */
export interface RunContext {
  readonly plan: DatasetPlan
  readonly inProcess: boolean
  readonly state: StateFolder
  readonly journal: Journal
  readonly fingerprint: string
  readonly tell: (event: DatasetEvent) => void
}

/** An answer after which the scan is no more to be done in this run. */
export type SettledAnswer =
  | { readonly kind: 'done'; readonly result: ScanResult }
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly stage: Stage | null; readonly stopsRun: boolean }
  | { readonly kind: 'lost'; readonly error: ErrorData; readonly stage: Stage | null }

/** Does one scan and notes how it went. The caller holds its claim. */
export async function workOnScan(
  { plan, inProcess, state, journal, fingerprint, tell }: RunContext,
  lane: number,
  { scan, claim: held, before }: TakenScan,
  worker: ScanWorker,
  signal: AbortSignal,
): Promise<SettledAnswer | { readonly kind: 'cancelled' } | { readonly kind: 'taken over' }> {
  await checkStateFolder(state)
  const about = { scan: scan.path, output: scan.output }
  const source = sourceOf(scan, plan.outFolder)
  const pictures = overviewPath(state, claimName(scan.output))
  const tidy = (): Promise<void> =>
    removeUnfinished(plan.outFolder, scan.output, journal, { halves: journal.last(scan.output)?.kind === 'writing' })
  const startMs = performance.now()
  let stage = null as Stage | null
  const fail = async (error: ErrorData): Promise<void> => {
    await tidy()
    await checkStateFolder(state)
    await journal.append({
      kind: 'failed',
      at: now(),
      ...about,
      recipe: fingerprint,
      stage,
      error,
      seconds: (performance.now() - startMs) / 1000,
    })
  }
  const attempts = before?.kind === 'start' || before?.kind === 'writing' ? before.attempt : 0
  if (inProcess && attempts >= MOST_ATTEMPTS && plan.request.force !== true) {
    const error: ErrorData = {
      kind: 'internal',
      message: `The process has ended ${attempts} times while it was at ${scan.scanPath}, perhaps because memory ran out, so this run passes it over: start again to try it once more.`,
      file: scan.scanPath,
    }
    await fail(error)
    return { kind: 'failed', error, stage, stopsRun: false }
  }
  await tidy()
  const attempt = inProcess ? attempts + 1 : 0
  await journal.append({ kind: 'start', at: now(), ...about, attempt })
  await removeTemporaries(pictures)
  tell({ kind: 'scanStarted', lane, scan })
  const relative = (files: readonly HashedFile[]): HashedFile[] =>
    files.map((file) => ({ ...file, path: path.relative(plan.outFolder, file.path).split(path.sep).join('/') }))
  const write: {
    refused: { readonly kind: 'taken over' } | { readonly kind: 'no journal'; readonly error: unknown } | null
  } = { refused: null }
  const mayWrite = async ({ inputSha256, outputs }: ScanFiles): Promise<boolean> => {
    try {
      if (await held.isHeld())
        await journal.append({
          kind: 'writing',
          at: now(),
          ...about,
          attempt,
          source,
          input: inputSha256,
          outputs: relative(outputs),
        })
      else write.refused = { kind: 'taken over' }
    } catch (error) {
      write.refused = { kind: 'no journal', error }
    }
    return write.refused === null
  }
  const { settings, bids } = plan.request
  const answer: ScanAnswer = await worker.segment(
    {
      request: {
        ...settings,
        scanPath: scan.scanPath,
        out: scan.labelMapPath,
        reproducible: true,
        ...(bids === true ? { bidsFields: bidsFieldsOf(scan) } : {}),
      },
      templatesSha256: plan.fingerprint.templates,
      overviewPath: pictures,
    },
    {
      signal,
      mayWrite,
      onProgress: (progress) => {
        stage = progress.stage
        tell({ kind: 'scanProgress', lane, scan, progress })
      },
    },
  )
  if (write.refused?.kind === 'no journal') throw write.refused.error
  // What is noted about the scan from here on, and what lies there, is somebody else's.
  if (write.refused !== null) return write.refused
  switch (answer.kind) {
    case 'done': {
      const { inputSha256, stamp, outputs, seconds } = answer.result
      await journal.append({
        kind: 'done',
        at: now(),
        ...about,
        source,
        recipe: fingerprint,
        key: { input: inputSha256, ...plan.fingerprint },
        stamp,
        outputs: relative(outputs),
        seconds,
      })
      return answer
    }
    case 'cancelled':
      await tidy()
      await journal.append({ kind: 'stopped', at: now(), ...about })
      return answer
    case 'failed':
    case 'lost':
      await fail(answer.error)
      return { ...answer, stage }
  }
}

/** What is wrong with models or templates; the same for two scans running, it is not the scans. */
export function troubleOf(answer: SettledAnswer): string | null {
  return answer.kind === 'failed' && (answer.error.kind === 'model' || answer.error.kind === 'template')
    ? answer.error.message
    : null
}

function now(): string {
  return new Date().toISOString()
}
