/**
 * How fast a run of a dataset is: scans per hour with one and two jobs, the share of time inside the networks, and the
 * second scan compared with the first.
 *
 *   npx tsx bench/dataset.ts                       on synthetic CT
 *   npx tsx bench/dataset.ts --scans FOLDER        on scans of yours
 *   npx tsx bench/dataset.ts --only speed|jobs
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { DatasetRequest } from '../src/shared/datasetRun.js'
import { findScans } from '../src/engine/dataset/discover/findScans.js'
import { writeScan } from '../src/engine/scanFiles/writeScan.js'
import { makeSyntheticCt } from '../src/lab/synthetic/syntheticCt.js'
import { runHere, type DatasetSeconds } from './datasetRun.js'
import { answerParent, inChild } from './inChild.js'

const CLI = path.resolve(import.meta.dirname, '../dist/cli.js')
/** Every sixth slice: the shares stay what they are, and the bench ends in minutes. */
const SLICE_STEP = 6

interface Speed extends DatasetSeconds {
  readonly scanSeconds: readonly number[]
}

async function measureHere(request: DatasetRequest): Promise<Speed> {
  const scanSeconds: number[] = []
  const seconds = await runHere(request, undefined, (ofScan) => {
    scanSeconds.push(ofScan)
  })
  return { ...seconds, scanSeconds }
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
  const { prepareSeconds, scanSeconds, insideSeconds, wallSeconds } = await inChild<Speed>(
    import.meta.filename,
    request,
  )
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

/** From the command to the last byte of the summary, as users wait for it. */
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { scans: { type: 'string' }, only: { type: 'string' }, child: { type: 'string' } },
  })
  if (values.child !== undefined) {
    answerParent(await measureHere(JSON.parse(values.child) as DatasetRequest))
    return
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-'))
  try {
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    const scans = await makeScans(folder, values.scans, 4)
    if (values.only !== 'jobs') await benchSpeed(folder, scans)
    if (values.only !== 'speed') await benchJobs(folder, scans)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
