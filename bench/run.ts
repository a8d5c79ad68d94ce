/**
 * Where the time goes when a scan is segmented with all its organs, in each quality: the share inside the networks,
 * encodings, memory, another organ of the same scan, and whether two runs write the same bytes; and how long a run holds
 * the event loop of the extension host. Each case runs in a process of its own, so that its peak memory is its own.
 *
 *   npm run bench                 all cases on a scan of ../shared/data
 *   npm run bench -- --scan FILE  on a scan of yours
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { openEngine } from '../src/engine/engine.js'
import type { Quality } from '../src/shared/sidecar.js'
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
  /** Of a run for one organ after one for the others, as the extension keeps embeddings; null where not measured. */
  readonly anotherSeconds: number | null
  /** Null where the scan was segmented once only. */
  readonly sameBytes: boolean | null
}

const DEFAULT_SCAN = path.resolve(import.meta.dirname, '../../shared/data/hn7/dev/okbp_201_ct.nii.gz')

interface ScanWork {
  readonly name: string
  readonly quality: Quality
  readonly scan: string
  readonly folder: string
}

/** Room for the embeddings of a scan, as in the extension's engine. */
const EMBEDDINGS_BYTES = 400e6

/** Segments all organs but one, and then that one. */
async function timeAnother({ name, quality, scan, folder }: ScanWork): Promise<number> {
  const engine = openEngine({ embeddingsMaxBytes: EMBEDDINGS_BYTES })
  const { bank } = await engine.templates('head-neck')
  const names = bank.structures.map((structure) => structure.name)
  const segment = async (structures: readonly string[]): Promise<number> => {
    const start = performance.now()
    await engine.segment({
      scanPath: scan,
      templates: 'head-neck',
      options: { quality, structures },
      out: path.join(folder, `${name}-${quality}-${structures.length}.nii.gz`),
    })
    return (performance.now() - start) / 1000
  }
  await segment(names.slice(1))
  const seconds = await segment(names.slice(0, 1))
  await engine.close()
  return seconds
}

async function measure(work: ScanWork): Promise<ScanCost> {
  const { name, quality, scan, folder } = work
  const digest = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  const engine = openEngine()
  // Loading models is not part of a scan's cost: a folder of scans loads them once.
  await engine.templates('head-neck')
  if (quality !== 'draft') await engine.segmenter()
  const inside = (): number => engine.networks().reduce((sum, network) => sum + network.secondsInside, 0)
  const before = inside()
  const start = performance.now()
  const run = (number: number): ReturnType<typeof engine.segment> =>
    engine.segment({
      scanPath: scan,
      templates: 'head-neck',
      options: { quality },
      out: path.join(folder, `${name}-${quality}-${number}.nii.gz`),
    })
  const first = await run(1)
  const wallSeconds = (performance.now() - start) / 1000
  const insideSeconds = inside() - before
  const peakMb = process.resourceUsage().maxRSS / 1024
  const second = name === 'large' ? null : await run(2)
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
    name: `${name}, ${quality}`,
    wallSeconds,
    insideSeconds,
    encoderRuns: sidecar.encoderRuns,
    decoderRuns: sidecar.decoderRuns,
    slices,
    peakMb,
    anotherSeconds: name === 'large' || quality === 'best' ? null : await timeAnother(work),
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
    console.error('Minutes per case; the large one has hundreds of slices.')
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    console.log(
      '| scan | wall s | inside networks s | share | slices | encoder runs | decoder runs | peak MB | another organ s | same bytes twice |',
    )
    console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |')
    for (const [name, file, quality] of [
      ['head-neck', scan, 'draft'],
      ['head-neck', scan, 'balanced'],
      ['head-neck', scan, 'best'],
      ['large', large, 'balanced'],
    ] as const) {
      const row = await inChild<ScanCost>(import.meta.filename, { name, quality, scan: file, folder })
      console.log(
        `| ${row.name} | ${row.wallSeconds.toFixed(1)} | ${row.insideSeconds.toFixed(1)} | ${((100 * row.insideSeconds) / row.wallSeconds).toFixed(0)} % | ${row.slices} | ${row.encoderRuns} | ${row.decoderRuns} | ${row.peakMb.toFixed(0)} | ${row.anotherSeconds?.toFixed(1) ?? '-'} | ${row.sameBytes === null ? '-' : row.sameBytes ? 'yes' : 'NO'} |`,
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
