import { fork } from 'node:child_process'
import os from 'node:os'
import type { Command } from 'commander'
import { z } from 'zod'
import { findDataset } from '../../../lab/benchmark/labelledDataset.js'
import {
  measureSegmenter,
  segmenterMeasurementSchema,
  type SegmenterMeasurement,
} from '../../../lab/benchmark/measureSegmenter.js'
import type { Engine, RunHooks } from '../../../engine/engine.js'
import { defined } from '../../../shared/defined.js'
import { remedySchema } from '../../../shared/errorData.js'
import { MedlsamError, throwIfCancelled, toErrorData } from '../../../shared/medlsamError.js'
import { toMarkdown } from '../../../lab/evaluation/textTable.js'
import { words, type Cell } from '../../../shared/figureTable.js'
import { isUsableSegmenter } from '../../../engine/models/catalog.js'
import { findSegmenter } from '../../../engine/models/segmenters.js'
import { startClock } from '../../../engine/pipeline/stageClock.js'
import type { Provider } from '../../../engine/runtime/network.js'
import { runtimeFolder } from '../../../engine/runtime/onnx.js'
import { autoCandidates } from '../../../engine/runtime/providerTable.js'
import { openSegmenter } from '../../../engine/sam/segmenter.js'
import { listenToChild, tellParent } from '../../childProgress.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { EXIT } from '../../exitCodes.js'
import { wholeNumber } from '../../parse.js'
import { errorLine } from '../../remedyFlags.js'

interface BenchFlags extends EngineFlags {
  readonly data?: string
  readonly scans: number
  readonly sliceStep: number
}

const answerSchema = z.union([
  z.object({ error: z.object({ message: z.string(), remedy: remedySchema.optional() }) }),
  segmenterMeasurementSchema,
])

/** A row of the table: a segmenter on a provider. */
interface BenchRow extends Partial<SegmenterMeasurement> {
  readonly segmenter: string
  readonly asked: Provider
  /** Why there is no measurement, or null. */
  readonly problem: string | null
}

/** `medlsam models bench [ID...] [--data FOLDER]` */
export function addModelsBench(models: Command): void {
  withData(models.command('bench'))
    .description(
      'load time, time per encode and decode, memory, and Dice inside manual boxes, for installed segmenters and the providers of this machine',
    )
    .argument('[ids...]', 'ids of installed segmenters, or files as encoder.onnx,decoder.onnx (default: all installed)')
    .action((ids: readonly string[], flags: BenchFlags) =>
      runCommand(flags, async (engine, hooks) => {
        // Found before hours of work, not after.
        if (flags.data !== undefined) await findDataset(flags.data)
        const rows = await bench(engine, ids, flags, hooks)
        const cpu = os.cpus().at(0)?.model ?? 'unknown processor'
        const machine = { cpu, threads: flags.threads ?? os.availableParallelism(), loadAverage: os.loadavg()[0] }
        return {
          document: { machine, rows },
          lines: [
            toMarkdown(tableOf(rows, flags)),
            `Measured on ${cpu}, ${os.availableParallelism()} cores, load ${machine.loadAverage.toFixed(1)}.`,
          ],
          exitCode: rows.every(({ problem }) => problem === null) ? EXIT.allFound : EXIT.badInput,
        }
      }),
    )

  // One segmenter on one provider, in a process of its own, so that its peak of memory is its own.
  withData(models.command('measure', { hidden: true }))
    .argument('<id>')
    .argument('<provider>')
    .action(async (id: string, provider: Provider, flags: BenchFlags) => {
      // Ctrl-C reaches every process of a terminal; the one that started us decides what it means.
      process.on('SIGINT', () => undefined)
      await runCommand({ json: true, ...defined({ modelsFolder: flags.modelsFolder }) }, async (engine) => {
        const { files, ...source } = await findSegmenter(id, await engine.models.context())
        const dataset = flags.data === undefined ? null : await findDataset(flags.data)
        const data = dataset === null ? null : { dataset, scans: flags.scans, sliceStep: flags.sliceStep }
        const measured = await measureSegmenter(
          () => openSegmenter(files, { ...source, provider, ...defined({ threads: flags.threads }) }),
          data,
          tellParent,
        )
        return { document: measured, lines: [], exitCode: EXIT.allFound }
      })
    })
}

function withData(command: Command): Command {
  return withEngineFlags(command)
    .option(
      '--data <folder>',
      'scans with label maps to measure Dice on: X_ct.nii.gz with X_seg.nii.gz and labels.json',
    )
    .option('--scans <n>', 'how many of them', wholeNumber(1), 5)
    .option('--slice-step <n>', 'segment every nth slice and interpolate between', wholeNumber(1), 3)
}

async function bench(
  engine: Engine,
  ids: readonly string[],
  flags: BenchFlags,
  { signal, onProgress }: RunHooks,
): Promise<BenchRow[]> {
  const known = (await engine.models.list()).models.filter(isUsableSegmenter)
  const all =
    ids.length > 0
      ? ids
      : known.flatMap(({ id, variants }) => {
          const here = variants.filter(({ state }) => state === 'embedded' || state === 'installed')
          return here.map(({ precision }) => (here.length === 1 ? id : `${id}@${precision}`))
        })
  const { provider = 'auto' } = flags
  const providers = provider === 'auto' ? [...autoCandidates(runtimeFolder())].reverse() : [provider]
  const clock = startClock(onProgress)
  clock.start('segment')
  const rows: BenchRow[] = []
  const total = all.length * providers.length
  for (const segmenter of all) {
    for (const asked of providers) {
      throwIfCancelled(signal)
      clock.report(rows.length, total, segmenter)
      rows.push(
        await measureInChild(segmenter, asked, flags, signal, (part) => {
          clock.report(rows.length + part, total, segmenter)
        }),
      )
    }
  }
  return rows
}

function measureInChild(
  segmenter: string,
  asked: Provider,
  flags: BenchFlags,
  signal: AbortSignal | undefined,
  onPart: (part: number) => void,
): Promise<BenchRow> {
  const { data, scans, sliceStep, threads, modelsFolder } = flags
  const args = [
    'models',
    'measure',
    segmenter,
    asked,
    '--scans',
    String(scans),
    '--slice-step',
    String(sliceStep),
    ...(data === undefined ? [] : ['--data', data]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(modelsFolder === undefined ? [] : ['--models-folder', modelsFolder]),
  ]
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1], args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    const stop = (): void => {
      child.kill('SIGKILL')
    }
    signal?.addEventListener('abort', stop, { once: true })
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (text: Buffer) => {
      stdout += text.toString()
    })
    child.stderr?.on('data', (text: Buffer) => {
      stderr += text.toString()
    })
    listenToChild(child, (done, total) => {
      onPart(done / total)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted === true) {
        reject(new MedlsamError('cancelled', 'Stopped before the end; nothing was written.'))
        return
      }
      resolve(rowOf(segmenter, asked, code, stdout, stderr))
    })
  })
}

function rowOf(segmenter: string, asked: Provider, code: number | null, stdout: string, stderr: string): BenchRow {
  try {
    const answer = answerSchema.parse(JSON.parse(stdout))
    if ('error' in answer) return { segmenter, asked, problem: errorLine(defined(answer.error)) }
    return { segmenter, asked, ...answer, problem: answer.provider === asked ? null : answer.providerNote }
  } catch (error) {
    return {
      segmenter,
      asked,
      problem: `It ended with code ${String(code)}: ${stderr.trim().split('\n').at(-1) ?? toErrorData(error).message}`,
    }
  }
}

function tableOf(rows: readonly BenchRow[], { data, scans, sliceStep }: BenchFlags): Parameters<typeof toMarkdown>[0] {
  const number = (value: number | null | undefined, digits: number, otherwise = ''): Cell =>
    words(value === null || value === undefined ? otherwise : value.toFixed(digits))
  return {
    title: 'Segmenters on this machine',
    columns: ['segmenter', 'provider', 'load s', 'encode ms', 'decode ms', 'peak MB', 'Dice', 'note'],
    rows: rows.map(({ segmenter, asked, loadSeconds, encodeMs, decodeMs, peakMb, dice, problem }) => [
      words(segmenter),
      words(asked),
      number(loadSeconds, 2),
      number(encodeMs, 0),
      number(decodeMs, 0),
      number(peakMb, 0),
      number(dice, 3, 'not measured'),
      words(problem ?? ''),
    ]),
    note: `Medians of 10 runs after a warm-up; peak memory of a process that loads and runs the segmenter and nothing else. ${diceNote(data, scans, sliceStep)}`,
  }
}

function diceNote(data: string | undefined, scans: number, sliceStep: number): string {
  return data === undefined
    ? 'Dice is measured with --data FOLDER.'
    : `Dice: mean over structures of ${scans} scans inside manual boxes of the paper (the true organ's box on every slice, walls moved out by 0 to 20 of 1024 pixels), one slice of every ${sliceStep}.`
}
