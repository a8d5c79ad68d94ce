import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import type { DatasetOutcome, DatasetPlan, DatasetRequest, Shard, SkipReason } from '../../shared/datasetRun.js'
import { defined } from '../../shared/defined.js'
import { REASON_TEXTS } from '../../shared/reasonTexts.js'
import { planDataset } from '../../engine/dataset/planDataset.js'
import { runDataset } from '../../engine/dataset/runDataset.js'
import { WorkerPool } from '../../engine/dataset/workers/workerPool.js'
import { toErrorData } from '../../shared/medlsamError.js'
import { startDatasetProgress } from '../datasetProgress.js'
import { engineArguments } from '../engineFlags.js'
import { EXIT, exitCodeOfError } from '../exitCodes.js'
import { shard, wholeNumber } from '../parse.js'
import { planLines } from '../planLines.js'
import { errorLine } from '../remedyFlags.js'
import { toSegmentSettings, withSegmentFlags, type SegmentFlags } from '../segmentFlags.js'

interface RunFlags extends SegmentFlags {
  readonly out?: string
  readonly bids?: boolean
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly jobs: number
  readonly shard?: Shard
  readonly summary: boolean
  readonly dryRun?: boolean
  readonly onlyChanged?: boolean
  readonly force?: boolean
}

/** `medlsam run FOLDER --templates SET` */
export function addRun(program: Command): void {
  withSegmentFlags(program.command('run'))
    .description('find and segment structures in all scans of a folder; goes on where it was stopped')
    .argument('<folder>', 'folder of CT scans: plain, nnU-Net, Medical Segmentation Decathlon or BIDS')
    .option('--out <folder>', 'folder for results, mirrors the tree of the scans (default: beside the scans)')
    .option('--bids', 'write a BIDS derivatives dataset (default folder: FOLDER/derivatives/medlsam)')
    .option(
      '--include <glob...>',
      'only files whose path in FOLDER matches; without a slash the name alone is compared',
    )
    .option('--exclude <glob...>', 'not the files that match')
    .option(
      '--jobs <n>',
      'scans at the same time, each in a process with its own models (about 1 GB each)',
      wholeNumber(1),
      1,
    )
    .option('--shard <i/N>', 'only every Nth scan, from the ith on', shard)
    .option('--no-summary', 'leave summary.csv and summary.html to a later run')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option(
      '--only-changed',
      'of scans that are done again, keep the structures for which templates, models and options are as they were',
    )
    .option('--force', 'do finished scans again; replace label maps that were edited or are not from a run')
    .action((folder: string, flags: RunFlags) => runFolder(folder, flags))
}

async function runFolder(folder: string, flags: RunFlags): Promise<void> {
  const abort = new AbortController()
  const workers = new WorkerPool({ jobs: flags.jobs, fork: () => forkWorker(flags) })
  const interrupt = (): void => {
    // The workers end with us: their channel closes.
    if (abort.signal.aborted) process.exit(EXIT.interrupted)
    abort.abort()
    progress.note('Stopping after the current step; ask again (Ctrl-C) to stop now.')
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const progress = startDatasetProgress(flags.json === true)
  try {
    const request = toRequest(folder, flags)
    const prepared = await workers.prepare(request, { signal: abort.signal, onProgress: progress.preparing })
    const plan = await planDataset(request, prepared)
    progress.plan(plan, planLines(plan, { allFiles: flags.dryRun === true }))
    if (flags.dryRun === true) {
      process.exitCode = filesOf(plan, 'notFetched').length > 0 ? EXIT.someMissing : EXIT.allFound
      return
    }
    const outcome = await runDataset(plan, workers, { signal: abort.signal, onEvent: progress.listen })
    progress.end(outcome, outcomeLines(outcome, plan))
    process.exitCode = exitCodeOfOutcome(outcome, plan)
  } catch (error) {
    const data = toErrorData(error)
    progress.fail(data)
    process.exitCode = exitCodeOfError(data.kind)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    await workers.close()
  }
}

/** Starts a process with its own models that works on one scan at a time. */
function forkWorker(flags: RunFlags): ChildProcess {
  const { jobs } = flags
  // So many threads for each that together they keep all cores busy and no more.
  const threads = flags.threads ?? (jobs > 1 ? Math.max(1, Math.floor(availableParallelism() / jobs)) : undefined)
  return fork(process.argv[1], ['worker', ...engineArguments(defined({ ...flags, threads }))])
}

function toRequest(folder: string, flags: RunFlags): DatasetRequest {
  const { out, bids, include, exclude, shard: part, summary, onlyChanged, force } = flags
  return defined({
    folder,
    settings: toSegmentSettings(flags),
    out,
    bids,
    include,
    exclude,
    shard: part,
    summary: summary ? undefined : false,
    onlyChanged,
    force,
  })
}

/** Structures that are not found are results; scans that failed, show nothing, are not there, or have no name for a result, are not. */
function exitCodeOfOutcome({ failures, nothingFound, stopped }: DatasetOutcome, plan: DatasetPlan): number {
  if (stopped) return EXIT.interrupted
  const isIncomplete = [failures, nothingFound, filesOf(plan, 'sameOutput'), filesOf(plan, 'notFetched')].some(
    ({ length }) => length > 0,
  )
  return isIncomplete ? EXIT.someMissing : EXIT.allFound
}

/** Files that are left out for a reason. */
function filesOf({ skipped }: DatasetPlan, why: SkipReason): string[] {
  return skipped.flatMap(({ path, reason }) => (reason === why ? path : []))
}

function outcomeLines(
  { totals, failures, nothingFound, kept, stopped, summaryCsv, summaryHtml }: DatasetOutcome,
  plan: DatasetPlan,
): string[] {
  const left = totals.total - totals.done - totals.failed - totals.already
  return [
    `${totals.done} done now, ${totals.already - kept.length} done before, ${totals.failed} failed${kept.length > 0 ? `, ${kept.length} left alone` : ''}${stopped ? `, ${left} not done: start the same command again to go on` : ''}.`,
    ...(kept.length > 0
      ? [
          'Left alone with their label maps (--force replaces them):',
          ...plan.scans.flatMap(({ path, inShard, state }) =>
            inShard && state.kind === 'kept' ? `  ${path} (${REASON_TEXTS[state.why]})` : [],
          ),
        ]
      : []),
    ...list(
      "Left out, since their label maps would have the name of another scan's (rename them, or leave them out with --exclude):",
      filesOf(plan, 'sameOutput'),
    ),
    ...list(
      'Left out, since their content was not fetched (get it with "datalad get", "git annex get" or "git lfs pull"):',
      filesOf(plan, 'notFetched'),
    ),
    ...list('Nothing was found in (no files were written of them):', nothingFound),
    ...(failures.length > 0
      ? [
          'Failed:',
          ...failures.map(
            ({ path, stage, error }) => `  ${path}${stage === null ? '' : ` (${stage})`}: ${errorLine(error)}`,
          ),
        ]
      : []),
    `Results: ${plan.outFolder}`,
    ...(plan.request.summary === false ? [] : [`Summary: ${summaryHtml}`, `         ${summaryCsv}`]),
  ]
}

function list(title: string, paths: readonly string[]): string[] {
  return paths.length > 0 ? [title, ...paths.map((path) => `  ${path}`)] : []
}
