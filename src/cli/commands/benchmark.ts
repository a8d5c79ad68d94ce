import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { keepForeignIn } from '../../shared/node/ownFolder.js'
import type { Shard } from '../../shared/datasetRun.js'
import { missedStructures, PROTOCOLS, type Protocol } from '../../lab/benchmark/benchmarkTables.js'
import type { BenchmarkRequest, Support } from '../../lab/benchmark/benchmarkTypes.js'
import { prepareTemplates, runBenchmark } from '../../lab/benchmark/runBenchmark.js'
import { REPORT_FILE, writeReport } from '../../lab/benchmark/report/writeReport.js'
import { ABLATIONS, type Ablation } from '../../lab/benchmark/variants.js'
import { BENCHMARK_FILES, benchmarkTables, writeTables } from '../../lab/benchmark/writeBenchmark.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { LocalizeMethod } from '../../shared/sidecar.js'
import { toMarkdown } from '../../lab/evaluation/textTable.js'
import type { Engine, RunHooks } from '../../engine/engine.js'
import { startClock } from '../../engine/pipeline/stageClock.js'
import { runShards, sayHowToGoOn } from '../benchmarkShards.js'
import { tellParent } from '../childProgress.js'
import { runCommand, type CommandOutput } from '../command.js'
import { withEngineFlags, type EngineFlags } from '../engineFlags.js'
import { EXIT } from '../exitCodes.js'
import { toMaskOptions, withMaskFlags, type MaskFlags } from '../maskFlags.js'
import { methodOption } from '../scanFlags.js'
import { bytes, fraction, names, oneOf, shard, wholeNumber } from '../parse.js'

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
  readonly method?: LocalizeMethod
  readonly seed: number
  readonly jobs: number
  readonly shard?: Shard
  readonly cache?: string
  readonly cacheBytes: number
  readonly force?: boolean
}

const GIB = 2 ** 30
const BESIDE = ['manual', 'exact'] as const

/** `medlsam benchmark --dataset DIR --out DIR --templates SET|--support K --segmenters a,b --protocol deploy|paper` */
export function addBenchmark(program: Command): void {
  withBenchmarkFlags(withMaskFlags(withEngineFlags(program.command('benchmark'))))
    .description("run the paper's design on a labelled data set and make its tables")
    .action((flags: BenchmarkFlags) => runCommand(flags, (engine, hooks) => benchmark(flags, engine, hooks)))
}

/** Adds the options of this command alone. */
function withBenchmarkFlags(command: Command): Command {
  return command
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
      'boxes to set those that were found beside: manual (walls moved out by 0 to 20 pixels), exact, or none',
      beside,
      BESIDE,
    )
    .option('--ablations <names>', `compare also: ${ABLATIONS.join(', ')}, or all`, ablations, [])
    .option('--no-ablation-masks', 'only boxes for what is compared')
    .addOption(methodOption())
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
    .option('--force', 'replace tables and reports of these names that are not from a benchmark, or were edited')
    .option('--cache-bytes <n>', 'how much of them, such as 8G', bytes, 8 * GIB)
}

async function benchmark(flags: BenchmarkFlags, engine: Engine, hooks: RunHooks): Promise<CommandOutput> {
  if (flags.shard === undefined) await keepForeignIn(flags.out, [...BENCHMARK_FILES, REPORT_FILE], flags.force)
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
  const ran = await runBenchmark(engine, request, {
    ...defined({ signal: hooks.signal }),
    onCase: (done, total, id) => {
      clock.report(done, total, id)
      tellParent(done, total)
    },
  }).catch(sayHowToGoOn)
  const notes = ran.warnings.map((warning) => `Note: ${warning}`)
  if (flags.shard !== undefined) {
    return {
      document: { cases: ran.cases.map(({ id }) => id) },
      lines: [`${ran.cases.length} cases are done.`, ...notes],
      exitCode: EXIT.allFound,
    }
  }
  await writeTables(flags.out, ran, flags.protocol, flags.force)
  await writeReport(flags.out, ran, flags.protocol, flags.force)
  const tables = [...benchmarkTables(ran, flags.protocol).values()]
  return {
    document: ran,
    lines: [
      ...tables.flatMap((table) => [`${table.title}\n`, toMarkdown(table)]),
      ...ran.failures.map((failure) => `Failed: ${failure}`),
      ...missedStructures(ran),
      ...notes,
      `All figures: ${flags.out}`,
    ],
    exitCode: ran.failures.length === 0 ? EXIT.allFound : EXIT.someMissing,
  }
}

function toRequest(flags: BenchmarkFlags, cacheFolder: string): BenchmarkRequest {
  const { labels, cases, structures, minConfidence, method, shard: part } = flags
  return defined({
    dataset: flags.dataset,
    out: flags.out,
    support: supportOf(flags),
    segmenters: flags.segmenters,
    beside: flags.beside,
    ablations: flags.ablations,
    ablationMasks: flags.ablationMasks,
    minPixels: flags.minPixels,
    seed: flags.seed,
    run: { ...toMaskOptions(flags), ...defined({ minConfidence, method }) },
    cache: { folder: flags.cache ?? path.join(cacheFolder, 'embeddings'), maxBytes: flags.cacheBytes },
    labels,
    cases,
    structures,
    shard: part,
  })
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
