/**
 * What a run of a dataset costs: scans per hour with one and two jobs, the share of time inside the networks, the
 * second scan compared with the first, and memory over many scans.
 *
 *   npx tsx bench/dataset.ts                            the speeds on synthetic CT, memory over 200 tiny scans
 *   npx tsx bench/dataset.ts --scans FOLDER             the speeds on scans of yours
 *   npx tsx bench/dataset.ts --only speed|jobs|memory
 *   npx tsx bench/dataset.ts --only memory --real       memory with the real models (a few seconds a scan)
 */
import { execFileSync, fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { DatasetRequest } from '../src/shared/datasetRun.js'
import { engineWorker } from '../src/engine/dataset/workers/engineWorker.js'
import { findScans } from '../src/engine/dataset/discover/findScans.js'
import { planDataset } from '../src/engine/dataset/planDataset.js'
import { runDataset } from '../src/engine/dataset/runDataset.js'
import { oneWorker } from '../src/engine/dataset/workers/datasetWorkers.js'
import { openEngine } from '../src/engine/engine.js'
import { median } from '../src/engine/numeric/statistics.js'
import { makeSyntheticCt } from '../src/lab/synthetic/syntheticCt.js'
import { writeScan } from '../src/engine/scanFiles/writeScan.js'
import { writeTinyModels, writeTinyScan, type TinyModels } from '../test/support/tinyModels.js'

const CLI = path.resolve(import.meta.dirname, '../dist/cli.js')
/** Scans whose memory is not counted (the engine's buffers grow to their size in the first ones), and over how many it is averaged. */
const WARM_UP = 20
/** Growth beyond that would end a night's run on a small machine. */
const FLAT = 0.1
/** Every sixth slice: the shares stay what they are, and the bench ends in minutes. */
const SLICE_STEP = 6

interface Speed {
  readonly prepareSeconds: number
  readonly scanSeconds: readonly number[]
  readonly insideSeconds: number
  readonly wallSeconds: number
}

interface Memory {
  readonly rssMb: readonly number[]
}

/** One run in this process, which is a child of the bench. */
async function runHere(
  request: DatasetRequest,
  medlamCard: string | undefined,
  onScan: (seconds: number) => void,
): Promise<Omit<Speed, 'scanSeconds'>> {
  const start = performance.now()
  const engine = openEngine(medlamCard === undefined ? {} : { medlamCard })
  const worker = engineWorker(engine)
  const prepared = await worker.prepare(request)
  const prepareSeconds = (performance.now() - start) / 1000
  const plan = await planDataset(request, prepared)
  const inside = (): number => engine.networks().reduce((sum, network) => sum + network.secondsInside, 0)
  const [before, from] = [inside(), performance.now()]
  await runDataset(plan, oneWorker(worker), {
    onEvent: (event) => {
      if (event.kind === 'scanDone') onScan(event.seconds)
      if (event.kind === 'scanFailed') throw new Error(`${event.scan.path}: ${event.failure.error.message}`)
    },
  })
  const result = { prepareSeconds, insideSeconds: inside() - before, wallSeconds: (performance.now() - from) / 1000 }
  await engine.close()
  return result
}

type Case =
  | { readonly kind: 'speed'; readonly request: DatasetRequest }
  | { readonly kind: 'memory'; readonly request: DatasetRequest; readonly medlamCard?: string }

/** Runs a case in a process of its own, so that its memory is its own. */
function inChild<T>(work: Case): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['--case', JSON.stringify(work)])
    child.on('message', (result) => {
      resolve(result as T)
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`the case ${work.kind} ended with code ${code ?? 'none'}`))
    })
  })
}

async function answerCase(work: Case): Promise<void> {
  switch (work.kind) {
    case 'speed': {
      const scanSeconds: number[] = []
      const speed: Speed = {
        ...(await runHere(work.request, undefined, (seconds) => {
          scanSeconds.push(seconds)
        })),
        scanSeconds,
      }
      process.send?.(speed)
      break
    }
    case 'memory': {
      const rssMb: number[] = []
      await runHere(work.request, work.medlamCard, () => {
        rssMb.push(process.memoryUsage.rss() / 2 ** 20)
      })
      const memory: Memory = { rssMb }
      process.send?.(memory)
      break
    }
  }
  process.disconnect()
}

/** Copies of one scan, so that what one costs more than the other is not its content. */
async function makeScans(folder: string, from: string | undefined, count: number): Promise<string> {
  if (from !== undefined) return from
  const scans = path.join(folder, 'scans')
  mkdirSync(scans)
  await writeScan(path.join(scans, 'copy0_ct.nii.gz'), makeSyntheticCt({ seed: 101 }).ct)
  for (let i = 1; i < count; i++) cpSync(path.join(scans, 'copy0_ct.nii.gz'), path.join(scans, `copy${i}_ct.nii.gz`))
  return scans
}

async function benchSpeed(folder: string, scans: string): Promise<void> {
  const request = {
    folder: scans,
    out: path.join(folder, 'speed'),
    settings: { templates: 'head-neck', options: { sliceStep: SLICE_STEP } },
  }
  const { prepareSeconds, scanSeconds, insideSeconds, wallSeconds } = await inChild<Speed>({ kind: 'speed', request })
  const first = scanSeconds[0]
  const second = scanSeconds.at(1)
  console.log(
    '| models and templates s | first scan s | second scan s | second : first with loading | inside the networks |',
  )
  console.log('| ---: | ---: | ---: | ---: | ---: |')
  console.log(
    `| ${prepareSeconds.toFixed(1)} | ${first.toFixed(1)} | ${second?.toFixed(1) ?? '–'} | ${second === undefined ? '–' : `${((100 * second) / (prepareSeconds + first)).toFixed(0)} %`} | ${((100 * insideSeconds) / wallSeconds).toFixed(0)} % |`,
  )
}

/** From the command to the last byte of the summary, as people wait for it. */
async function benchJobs(folder: string, scans: string): Promise<void> {
  if (!existsSync(CLI)) {
    console.log('The command line is not built: run "npm run build" to see what --jobs brings.')
    return
  }
  const count = (await findScans(scans)).scans.length
  console.log('| jobs | wall s | scans per hour |')
  console.log('| ---: | ---: | ---: |')
  for (const jobs of [1, 2]) {
    const from = performance.now()
    execFileSync(
      process.execPath,
      [
        CLI,
        'run',
        scans,
        '--out',
        path.join(folder, `jobs${jobs}`),
        '--templates',
        'head-neck',
        '--slice-step',
        String(SLICE_STEP),
        '--jobs',
        String(jobs),
      ],
      { stdio: 'ignore' },
    )
    const seconds = (performance.now() - from) / 1000
    console.log(`| ${jobs} | ${seconds.toFixed(1)} | ${((3600 * count) / seconds).toFixed(0)} |`)
  }
}

async function benchMemory(folder: string, count: number, real: boolean): Promise<void> {
  const scans = path.join(folder, 'many')
  const models: TinyModels | null = real ? null : await writeTinyModels(path.join(folder, 'models'))
  for (let i = 0; i < count; i++) await writeTinyScan(path.join(scans, `p${String(i).padStart(3, '0')}_ct.nii.gz`), i)
  const options = { minConfidence: 0, sliceStep: real ? 5 : 1 }
  const settings =
    models === null
      ? { templates: 'head-neck', options: { ...options, structures: ['Larynx'] } }
      : { templates: models.bank, segmenter: models.segmenter, options }
  const { rssMb } = await inChild<Memory>({
    kind: 'memory',
    request: { folder: scans, out: path.join(folder, 'memory'), settings },
    ...(models === null ? {} : { medlamCard: models.medlamCard }),
  })
  const after = [1, WARM_UP, 50, 100, 150, 200].filter((n) => n <= rssMb.length)
  console.log(
    `| ${after.map((n) => `after ${n} MB`).join(' | ')} | growth, last ${WARM_UP} against those after the first ${WARM_UP} |`,
  )
  console.log(`|${' ---: |'.repeat(after.length + 1)}`)
  // Medians, since memory goes up and down with every garbage collection.
  const growth = median(rssMb.slice(-WARM_UP)) / median(rssMb.slice(WARM_UP, 2 * WARM_UP)) - 1
  if (growth > FLAT) process.exitCode = 1
  console.log(
    `| ${after.map((n) => rssMb[n - 1].toFixed(0)).join(' | ')} | ${(100 * growth).toFixed(1)} %${growth > FLAT ? ' TOO MUCH' : ''} |`,
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scans: { type: 'string' },
      only: { type: 'string' },
      real: { type: 'boolean', default: false },
      count: { type: 'string', default: '200' },
      case: { type: 'string' },
    },
  })
  if (values.case !== undefined) {
    await answerCase(JSON.parse(values.case) as Case)
    return
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-'))
  const wants = (part: string): boolean => values.only === undefined || values.only === part
  try {
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    if (wants('memory')) await benchMemory(folder, Number(values.count), values.real)
    if (!wants('speed') && !wants('jobs')) return
    const scans = await makeScans(folder, values.scans, 4)
    if (wants('speed')) await benchSpeed(folder, scans)
    if (wants('jobs')) await benchJobs(folder, scans)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
