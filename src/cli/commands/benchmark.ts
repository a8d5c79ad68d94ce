import { fork } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import type { Shard } from '../../shared/datasetRun.js'
import { missedStructures, PROTOCOLS, type Protocol } from '../../lab/benchmark/benchmarkTables.js'
import type { BenchmarkRequest, Support } from '../../lab/benchmark/benchmarkTypes.js'
import { prepareTemplates, runBenchmark } from '../../lab/benchmark/runBenchmark.js'
import { writeReport } from '../../lab/benchmark/report/writeReport.js'
import { ABLATIONS, type Ablation } from '../../lab/benchmark/variants.js'
import { benchmarkTables, writeTables } from '../../lab/benchmark/writeBenchmark.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { toMarkdown } from '../../lab/evaluation/textTable.js'
import { startClock } from '../../engine/pipeline/stageClock.js'
import { listenToChild, tellParent } from '../childProgress.js'
import { ERROR_PREFIX, runCommand, type EngineFlags } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { toMaskOptions, withMaskFlags, type MaskFlags } from '../segmentFlags.js'
import { bytes, fraction, names, oneOf, shard, wholeNumber, withEngineFlags } from '../parse.js'

interface BenchmarkFlags extends EngineFlags, MaskFlags {
  readonly dataset: string
  readonly labels?: string
  readonly out: string
  readonly templates?: string
  readonly support?: number
  readonly supportCases?: readonly string[]
  readonly cases?: readonly string[]
  readonly structures?: readonly string[]
  readonly segmenters: readonly string[]
  readonly protocol: Protocol
  readonly minPixels: number
  readonly beside: BenchmarkRequest['beside']
  readonly ablations: readonly Ablation[]
  readonly ablationMasks: boolean
  readonly minConfidence?: number
  readonly seed: number
  readonly jobs: number
  readonly shard?: Shard
  readonly cache?: string
  readonly cacheBytes: number
}

const GIB = 2 ** 30
const BESIDE = ['manual', 'exact'] as const

/** `medlsam benchmark --dataset DIR --out DIR --templates SET|--support K --segmenters a,b --protocol deploy|paper` */
export function addBenchmark(program: Command): void {
  withMaskFlags(withEngineFlags(program.command('benchmark')))
    .description("run the paper's design on a labelled data set and make its tables")
    .requiredOption(
      '--dataset <dir>',
      'scans with label maps: X_ct.nii.gz with X_seg.nii.gz, or imagesTr/X_0000.nii.gz with labelsTr/X.nii.gz',
    )
    .requiredOption('--out <dir>', 'folder for tables, report and everything that is kept to go on after a stop')
    .option(
      '--labels <file>',
      'what label values mean (default: labels.json or dataset.json in the data set or above it)',
    )
    .option('--templates <set>', 'a template set, a bank, a built-in bank, or a folder of labelled scans')
    .option('--support <k>', 'draw k scans of the data set as templates instead', wholeNumber(1))
    .option('--support-cases <ids>', 'or take these scans of the data set as templates', names)
    .option('--cases <ids>', 'score only these scans', names)
    .option('--structures <names>', 'only these structures, with commas between', names)
    .option(
      '--segmenters <ids>',
      'segmenters to compare, with commas between; ONNX files as encoder.onnx+decoder.onnx; "none" for boxes only',
      segmenterIds,
      ['mobilesam'],
    )
    .option(
      '--protocol <name>',
      'deploy: every slice counts; paper: slices with little of a structure do not (shown beside deploy)',
      oneOf(PROTOCOLS),
      'deploy',
    )
    .option(
      '--min-pixels <n>',
      "threshold of the paper's protocol in pixels of a full-size slice: 10 or 100",
      wholeNumber(1),
      10,
    )
    .option(
      '--beside <boxes>',
      'boxes to set those of MedLAM beside: manual (walls moved out by 0 to 20 pixels), exact, or none',
      beside,
      BESIDE,
    )
    .option('--ablations <names>', `compare also: ${ABLATIONS.join(', ')}, or all`, ablations, [])
    .option('--no-ablation-masks', 'only boxes for what is compared')
    .option('--min-confidence <c>', 'report structures under this confidence (0 to 1) as not found', fraction)
    .option('--seed <n>', 'seed of support scans, jitter and bootstrap', wholeNumber(0), 2023)
    .option(
      '--jobs <n>',
      'processes that share the cases (default: one per four cores)',
      wholeNumber(1),
      Math.max(1, Math.floor(os.availableParallelism() / 4)),
    )
    .option(
      '--shard <i/n>',
      'run only part i of n of the cases and write no tables, for clusters; run again without it for the tables',
      shard,
    )
    .option(
      '--cache <dir>',
      "where embeddings of slices are kept for other settings (default: the tool's cache folder)",
    )
    .option('--cache-bytes <n>', 'how much of them, such as 8G', bytes, 8 * GIB)
    .action((flags: BenchmarkFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const request = toRequest(flags, engine.sources.cacheFolder)
        const clock = startClock(hooks.onProgress)
        clock.start('score')
        if (flags.jobs > 1 && flags.shard === undefined) {
          await prepareTemplates(engine, request, hooks.signal)
          await runShards(flags, hooks.signal, (done, total) => {
            clock.report(done, total)
          })
          clock.start('score')
        }
        const benchmark = await runBenchmark(engine, request, {
          ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
          onCase: (done, total, id) => {
            clock.report(done, total, id)
            tellParent(done, total)
          },
        }).catch(sayHowToGoOn)
        const notes = benchmark.warnings.map((warning) => `Note: ${warning}`)
        if (flags.shard !== undefined) {
          return {
            document: { cases: benchmark.cases.map(({ id }) => id) },
            lines: [`${benchmark.cases.length} cases are done.`, ...notes],
            exitCode: EXIT.allFound,
          }
        }
        await writeTables(flags.out, benchmark, flags.protocol)
        await writeReport(flags.out, benchmark, flags.protocol)
        return {
          document: benchmark,
          lines: [
            ...[...benchmarkTables(benchmark, flags.protocol).values()].flatMap((table) => [
              `${table.title}\n`,
              toMarkdown(table),
            ]),
            ...benchmark.failures.map((failure) => `Failed: ${failure}`),
            ...missedStructures(benchmark),
            ...notes,
            `All figures: ${flags.out}`,
          ],
          exitCode: benchmark.failures.length === 0 ? EXIT.allFound : EXIT.someMissing,
        }
      }),
    )
}

function toRequest(flags: BenchmarkFlags, cacheFolder: string): BenchmarkRequest {
  const { labels, cases, structures, minConfidence, shard: part } = flags
  return {
    dataset: flags.dataset,
    out: flags.out,
    support: supportOf(flags),
    segmenters: flags.segmenters,
    beside: flags.beside,
    ablations: flags.ablations,
    ablationMasks: flags.ablationMasks,
    minPixels: flags.minPixels,
    seed: flags.seed,
    run: { ...toMaskOptions(flags), ...(minConfidence === undefined ? {} : { minConfidence }) },
    cache: { folder: flags.cache ?? path.join(cacheFolder, 'embeddings'), maxBytes: flags.cacheBytes },
    ...(labels === undefined ? {} : { labels }),
    ...(cases === undefined ? {} : { cases }),
    ...(structures === undefined ? {} : { structures }),
    ...(part === undefined ? {} : { shard: part }),
  }
}

function supportOf({ templates, support, supportCases }: BenchmarkFlags): Support {
  const given: Support[] = [
    ...(templates === undefined ? [] : [{ kind: 'templates' as const, templates }]),
    ...(support === undefined ? [] : [{ kind: 'draw' as const, count: support }]),
    ...(supportCases === undefined ? [] : [{ kind: 'cases' as const, ids: supportCases }]),
  ]
  if (given.length !== 1)
    throw new MedlsamError(
      'usage',
      'Say where templates come from with one of --templates, --support and --support-cases.',
    )
  return given[0]
}

/** Runs the cases in processes of their own; what they leave behind is then read here. */
async function runShards(
  flags: BenchmarkFlags,
  signal: AbortSignal | undefined,
  onCase: (done: number, total: number) => void,
): Promise<void> {
  const threads = flags.threads ?? Math.max(1, Math.floor(os.availableParallelism() / flags.jobs))
  // Sentences for people, since nobody reads what they print.
  const args = process.argv.slice(2).filter((arg) => arg !== '--json')
  const sentences: string[] = []
  const states: { readonly done: number; readonly total: number }[] = []
  const running = Array.from({ length: flags.jobs }, (_, index) => {
    const child = fork(
      process.argv[1],
      [...args, '--shard', `${index + 1}/${flags.jobs}`, '--threads', String(threads)],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    )
    // Not inherited: several processes would draw their bars over each other.
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        // What all of them stumble over is said once, by this process.
        if (line.startsWith(ERROR_PREFIX)) sentences.push(line.slice(ERROR_PREFIX.length))
        else process.stderr.write(`${line}\n`)
      })
    }
    listenToChild(child, (done, total) => {
      states[index] = { done, total }
      const known = Object.values(states)
      if (known.length === flags.jobs)
        onCase(
          known.reduce((sum, state) => sum + state.done, 0),
          known.reduce((sum, state) => sum + state.total, 0),
        )
    })
    return child
  })
  const stop = (): void => {
    running.forEach((child) => child.kill('SIGINT'))
  }
  signal?.addEventListener('abort', stop)
  const codes = await Promise.all(
    running.map((child) => new Promise<number | null>((resolve) => child.once('close', resolve))),
  )
  signal?.removeEventListener('abort', stop)
  if (signal?.aborted === true) throw stopped()
  const failed = codes.filter((code) => code !== EXIT.allFound).length
  if (failed === 0) return
  const said = [...new Set(sentences)].join(' ')
  // What is wrong with files or options is wrong the next time too.
  if (said !== '' && codes.includes(EXIT.usage)) throw new MedlsamError('usage', said)
  if (said !== '' && codes.includes(EXIT.badInput)) throw new MedlsamError('input', said)
  throw new MedlsamError(
    'internal',
    `${failed} of ${flags.jobs} processes ended early; run the same command again to go on. ${said}`.trim(),
  )
}

function stopped(): MedlsamError {
  return new MedlsamError('cancelled', 'Stopped before the end; run the same command again to go on.')
}

function sayHowToGoOn(error: unknown): never {
  throw error instanceof MedlsamError && error.kind === 'cancelled' ? stopped() : error
}

function segmenterIds(text: string): readonly string[] {
  return text.trim() === 'none' ? [] : names(text).map((id) => id.split('+').join(','))
}

function beside(text: string): BenchmarkRequest['beside'] {
  if (text.trim() === 'none') return []
  return names(text).map(oneOf(BESIDE))
}

function ablations(text: string): readonly Ablation[] {
  if (text.trim() === 'all') return ABLATIONS
  return names(text).map(oneOf(ABLATIONS))
}
