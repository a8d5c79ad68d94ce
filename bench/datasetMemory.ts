/**
 * Whether memory grows over many scans of one run. Fails (exit code 1) when it does.
 *
 *   npx tsx bench/datasetMemory.ts                  200 tiny scans with tiny models
 *   npx tsx bench/datasetMemory.ts --count N        as many as you like
 *   npx tsx bench/datasetMemory.ts --real           the real models (a few seconds a scan)
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { DatasetRequest } from '../src/shared/datasetRun.js'
import { defined } from '../src/shared/defined.js'
import { median } from '../src/engine/numeric/statistics.js'
import { writeTinyModels, writeTinyScan, type TinyModels } from '../test/support/tinyModels.js'
import { runHere } from './datasetRun.js'
import { answerParent, inChild } from './inChild.js'

/** Scans whose memory is not counted (the engine's buffers grow to their size in the first ones), and over how many it is averaged. */
const WARM_UP = 20
/** Growth beyond that would end a night's run on a small machine. */
const FLAT = 0.1
interface MemoryWork {
  readonly request: DatasetRequest
  readonly medlamCard?: string
}

/** Memory in MB after each scan. */
async function measureHere({ request, medlamCard }: MemoryWork): Promise<number[]> {
  const rssMb: number[] = []
  await runHere(request, medlamCard, () => {
    rssMb.push(process.memoryUsage.rss() / 2 ** 20)
  })
  return rssMb
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
  const rssMb = await inChild<number[]>(import.meta.filename, {
    request: { folder: scans, out: path.join(folder, 'memory'), settings },
    ...defined({ medlamCard: models?.medlamCard }),
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
      real: { type: 'boolean', default: false },
      count: { type: 'string', default: '200' },
      child: { type: 'string' },
    },
  })
  if (values.child !== undefined) {
    answerParent(await measureHere(JSON.parse(values.child) as MemoryWork))
    return
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-'))
  try {
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    await benchMemory(folder, Number(values.count), values.real)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
