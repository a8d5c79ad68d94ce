/**
 * Where the time goes when a scan is segmented with all its organs: the share inside the networks, memory, and
 * whether two runs write the same bytes; and how long a run holds the event loop of the extension host. Each
 * case runs in a process of its own, so that its peak memory is its own.
 *
 *   npm run bench                 both cases on a scan of ../shared/data
 *   npm run bench -- --scan FILE  on a scan of yours
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { openEngine } from '../src/engine/engine.js'
import { measureHostLoop } from './hostLoop.js'
import { answerParent, inChild } from './inChild.js'
import { resampleScan } from './resampleScan.js'

/** What a scan took. */
interface ScanCost {
  readonly name: string
  readonly wallSeconds: number
  readonly insideSeconds: number
  readonly encoderRuns: number
  readonly decoderRuns: number
  readonly slices: number
  readonly peakMb: number
  /** Null where the scan was segmented once only. */
  readonly sameBytes: boolean | null
}

const DEFAULT_SCAN = path.resolve(import.meta.dirname, '../../shared/data/hn7/dev/okbp_201_ct.nii.gz')

interface ScanWork {
  readonly name: string
  readonly scan: string
  readonly folder: string
}

async function measure({ name, scan, folder }: ScanWork): Promise<ScanCost> {
  const digest = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  const engine = openEngine()
  // Loading models is not part of a scan's cost: a folder of scans loads them once.
  await engine.templates('head-neck')
  await engine.segmenter()
  const inside = (): number => engine.networks().reduce((sum, network) => sum + network.secondsInside, 0)
  const before = inside()
  const start = performance.now()
  const first = await engine.segment({
    scanPath: scan,
    templates: 'head-neck',
    out: path.join(folder, `${name}-1.nii.gz`),
  })
  const wallSeconds = (performance.now() - start) / 1000
  const insideSeconds = inside() - before
  const second =
    name === 'large'
      ? null
      : await engine.segment({ scanPath: scan, templates: 'head-neck', out: path.join(folder, `${name}-2.nii.gz`) })
  const sameBytes =
    second === null ? null : (await digest(first.paths.labelMap)) === (await digest(second.paths.labelMap))
  await engine.close()
  const { sidecar } = first
  const slices = new Set(
    sidecar.structures.flatMap(({ boxVoxel }) =>
      boxVoxel === null
        ? []
        : Array.from({ length: boxVoxel.max[2] - boxVoxel.min[2] + 1 }, (_, i) => boxVoxel.min[2] + i),
    ),
  ).size
  return {
    name,
    wallSeconds,
    insideSeconds,
    encoderRuns: sidecar.encoderRuns,
    decoderRuns: sidecar.decoderRuns,
    slices,
    peakMb: process.resourceUsage().maxRSS / 1024,
    sameBytes,
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === '--child') {
    answerParent(await measure(JSON.parse(args[1]) as ScanWork))
    return
  }
  const scan = args[0] === '--scan' ? args[1] : DEFAULT_SCAN
  if (!existsSync(scan)) {
    console.log(`No scan at ${scan}: name one with --scan.`)
    return
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medlsam-bench-'))
  try {
    const large = path.join(folder, 'large.nii.gz')
    await resampleScan(scan, large, [512, 512, 300])
    console.error('Two minutes or more per case; the large one has hundreds of slices.')
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    console.log(
      '| scan | wall s | inside networks s | share | slices | encoder runs | decoder runs | peak MB | same bytes twice |',
    )
    console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |')
    for (const [name, file] of [
      ['head-neck', scan],
      ['large', large],
    ] as const) {
      const row = await inChild<ScanCost>(import.meta.filename, { name, scan: file, folder })
      console.log(
        `| ${row.name} | ${row.wallSeconds.toFixed(1)} | ${row.insideSeconds.toFixed(1)} | ${((100 * row.insideSeconds) / row.wallSeconds).toFixed(0)} % | ${row.slices} | ${row.encoderRuns} | ${row.decoderRuns} | ${row.peakMb.toFixed(0)} | ${row.sameBytes === null ? '-' : row.sameBytes ? 'yes' : 'NO'} |`,
      )
    }
    const { longestMs, percentile99Ms, messages } = await measureHostLoop(scan, folder)
    console.log(
      `\nLongest block of the host's event loop during a run: ${longestMs.toFixed(0)} ms (aim 50 ms; 99th percentile ${percentile99Ms.toFixed(0)} ms, ${messages} messages)`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main(process.argv.slice(2))
