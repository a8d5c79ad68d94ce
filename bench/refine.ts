/**
 * What corrections with points bring, and what points and boxes cost.
 *
 *   npx tsx bench/refine.ts [--data FOLDER] [--scans N] [--slices N] [--clicks N] [--threads N] [--timing SCAN]
 *
 * FOLDER holds labels.json and dev/ with X_ct.nii.gz and X_seg.nii.gz. Each scan is segmented as a draft; on the worst
 * slices of every structure points are set one after the other in the middle of the largest piece that is wrong, as a
 * user would. Printed are the Dice of these slices and of whole structures after each point. --timing measures the three
 * waits on one scan instead; it also prints them as multiples of an encoding and of a decoding.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine, type Engine } from '../src/engine/engine.js'
import { mean } from '../src/engine/numeric/statistics.js'
import {
  boundsOf,
  countPixels,
  deepestPixel,
  largestPiece,
  without,
  type PixelMask,
} from '../src/engine/refine/pixelMask.js'
import { refineByPoints } from '../src/engine/refine/refineByPoints.js'
import { StructureSlices } from '../src/engine/refine/structureSlices.js'
import { axialView, viewPointMm } from '../src/engine/sam/slices/axialView.js'
import { tileGrid } from '../src/engine/sam/tiles/tileGrid.js'
import type { Segmenter } from '../src/engine/sam/segmenter.js'
import { readLabelMap, type LabelMap } from '../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { defined } from '../src/shared/defined.js'
import type { PointMm } from '../src/shared/geometry/points.js'
import type { Scan } from '../src/shared/geometry/volume.js'
import { applyRuns } from '../src/shared/labelEdit/voxelRuns.js'
import type { RefinePoint } from '../src/shared/refinement.js'
import { BALANCED_APART_MM } from '../src/shared/requests.js'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: path.resolve(import.meta.dirname, '../../shared/data/hn7') },
    scans: { type: 'string', default: '4' },
    slices: { type: 'string', default: '1' },
    clicks: { type: 'string', default: '3' },
    threads: { type: 'string' },
    timing: { type: 'string' },
    templates: { type: 'string', default: 'head-neck' },
  },
})

interface LabelledCase {
  readonly scan: Scan
  readonly truth: LabelMap
  readonly found: LabelMap
}

/** Dice before any point and after each: of the slice, and of the structure. */
interface Corrected {
  readonly structure: string
  readonly slice: readonly number[]
  readonly structures: readonly number[]
  readonly carried: number
}

async function main(): Promise<void> {
  const threads = values.threads === undefined ? undefined : Number(values.threads)
  const engine = openEngine({ embeddingsMaxBytes: 2 ** 30, ...defined({ threads }) })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-refine-'))
  try {
    if (values.timing === undefined) await printAccuracy(engine, folder)
    else await printWaits(engine, values.timing, folder)
  } finally {
    rmSync(folder, { recursive: true })
    await engine.close()
  }
}

/** A request's seconds, and how often the networks ran in it. */
interface Wait {
  readonly seconds: number
  /** Until the mask of the slice of the point was told; null for none. */
  readonly earlySeconds: number | null
  readonly encodings: number
  readonly decodings: number
}

/** Measures how long users wait for points and for a box on one scan, whose networks are loaded and that is read. */
async function printWaits(engine: Engine, scanPath: string, folder: string): Promise<void> {
  const out = path.join(folder, 'found.nii.gz')
  const { sidecar } = await engine.segment({
    scanPath,
    templates: values.templates,
    out,
    options: { quality: 'draft' },
  })
  const labels = await readLabelMap(out)
  const view = axialView(labels)
  // As long as the structure of the measure: 30 slices.
  const [{ structure, slices }] = sidecar.structures
    .filter(({ volumeMl }) => (volumeMl ?? 0) > 0)
    .map((structure) => ({ structure, slices: middlesOf(labels, structure.labelValue) }))
    .sort((a, b) => Math.abs(a.slices.length - 30) - Math.abs(b.slices.length - 30))
  const base = { scanPath, basePath: out, baseStamp: null, session: 'bench', firstEdit: 0, edits: [] }
  const edited = { labels }
  const common = { labels: base, structure, lockedValues: [] }
  const segmenter = await engine.segmenter()
  const wait = async (work: (onEarly: () => void) => Promise<unknown>): Promise<Wait> => {
    const before = segmenter.networks.map(({ runs }) => runs)
    const started = performance.now()
    let earlySeconds: number | null = null
    await work(() => {
      earlySeconds = (performance.now() - started) / 1000
    })
    const seconds = (performance.now() - started) / 1000
    const [encodings, decodings] = segmenter.networks.map(({ runs }, i) => runs - before[i])
    return { seconds, earlySeconds, encodings, decodings }
  }
  // Cuts off a quarter of the structure.
  const point = (at: number): Promise<Wait> => {
    const { x0, x1, y, slice } = slices[at]
    const pointMm = viewPointMm(view, x0 + (x1 - x0) / 8, y, slice)
    const points = [{ pointMm, isInside: false }]
    return wait((onEarly) => engine.refine({ ...common, points, fixedSlices: [], made: null }, edited, { onEarly }))
  }
  const boxMm = structure.boxMm ?? { min: [0, 0, 0], max: [0, 0, 0] }
  const box = (grownMm: number): Promise<Wait> => {
    const max: PointMm = [boxMm.max[0] + grownMm, boxMm.max[1], boxMm.max[2]]
    return wait(() => engine.segmentBox({ ...common, boxMm: { min: boxMm.min, max } }, edited))
  }
  await point(0)
  const fresh = await point(Math.floor(slices.length / 2))
  const known = await point(Math.floor(slices.length / 2))
  await box(0)
  const again = await box(4)
  const [encodeS, decodeS] = segmenter.networks.map(({ secondsInside, runs }) => secondsInside / Math.max(1, runs))
  console.log(
    `${structure.name}, ${slices.length} slices; an encoding takes ${encodeS.toFixed(3)} s, a decoding ${decodeS.toFixed(3)} s`,
  )
  console.log('| wait | seconds to the slice | to all | encodings | decodings | seconds beside the networks |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const [name, { seconds, earlySeconds, encodings, decodings }] of [
    ['point, slice not encoded', fresh],
    ['point, slice encoded', known],
    ['box, encoded', again],
  ] as const) {
    const beside = seconds - encodings * encodeS - decodings * decodeS
    const early = earlySeconds?.toFixed(2) ?? ''
    console.log(`| ${name} | ${early} | ${seconds.toFixed(2)} | ${encodings} | ${decodings} | ${beside.toFixed(2)} |`)
  }
}

/** The row through the middle of a structure on each of its slices, and its ends. */
function middlesOf(
  labels: LabelMap,
  labelValue: number,
): { readonly slice: number; readonly x0: number; readonly x1: number; readonly y: number }[] {
  const slices = slicesOf(labels, labelValue)
  return Array.from({ length: slices.count }, (_, slice) => slice).flatMap((slice) => {
    const bounds = boundsOf(slices.before(slice))
    if (bounds === null) return []
    return [{ slice, x0: bounds.x0, x1: bounds.x1, y: Math.floor((bounds.y0 + bounds.y1) / 2) }]
  })
}

async function printAccuracy(engine: Engine, folder: string): Promise<void> {
  const names = (
    JSON.parse(readFileSync(path.join(values.data, 'labels.json'), 'utf8')) as { labels: Record<string, string> }
  ).labels
  const all: Corrected[] = []
  const files = readdirSync(path.join(values.data, 'dev')).filter((file) => file.endsWith('_ct.nii.gz'))
  for (const file of files.slice(0, Number(values.scans))) {
    const scanPath = path.join(values.data, 'dev', file)
    const options = { quality: 'draft' } as const
    const out = path.join(folder, file)
    const { paths } = await engine.segment({ scanPath, templates: values.templates, out, options })
    const scan = await readScan(scanPath)
    const truth = await readLabelMap(scanPath.replace('_ct.', '_seg.'))
    const one = { scan, truth, found: await readLabelMap(paths.labelMap) }
    for (const [value, name] of Object.entries(names)) {
      const worst = worstSlices(one, Number(value)).slice(0, Number(values.slices))
      for (const slice of worst)
        all.push(await correct(one, { labelValue: Number(value), structure: name, slice }, await engine.segmenter()))
    }
    console.log(`${file}: ${all.length} slices so far`)
  }
  printTable('slice', all, ({ slice }) => slice)
  printTable('structure', all, ({ structures }) => structures)
  console.log(`slices changed per point: ${mean(all.map(({ carried }) => carried)).toFixed(1)}`)
}

function printTable(what: string, all: readonly Corrected[], dicesOf: (one: Corrected) => readonly number[]): void {
  const counts = Array.from({ length: Number(values.clicks) + 1 }, (_, points) => points)
  console.log(`| Dice of ${what} | n | ${counts.map((points) => `${points} points`).join(' | ')} |`)
  console.log(`| --- | ---: |${counts.map(() => ' ---: |').join('')}`)
  for (const name of ['all', ...new Set(all.map(({ structure }) => structure))]) {
    const some = all.filter(({ structure }) => name === 'all' || structure === name).map(dicesOf)
    const means = counts.map((points) => mean(some.map((dices) => dices[points])).toFixed(3))
    console.log(`| ${name} | ${some.length} | ${means.join(' | ')} |`)
  }
}

/** Slices on which truth and result both have the structure, most wrong pixels first. */
function worstSlices({ truth, found }: LabelledCase, labelValue: number): number[] {
  const [wanted, made] = [slicesOf(truth, labelValue), slicesOf(found, labelValue)]
  const wrong = Array.from({ length: wanted.count }, (_, slice) => ({ slice, pixels: 0 })).flatMap(({ slice }) => {
    if (!wanted.isThere(slice) || !made.isThere(slice)) return []
    const [a, b] = [wanted.before(slice), made.before(slice)]
    return [{ slice, pixels: countPixels(without(a, b)) + countPixels(without(b, a)) }]
  })
  return wrong.sort((a, b) => b.pixels - a.pixels).map(({ slice }) => slice)
}

function slicesOf(labels: LabelMap, labelValue: number): StructureSlices {
  return new StructureSlices(labels, axialView(labels), labelValue, new Set())
}

/** Sets points on a slice, each after the answer to those before it. */
async function correct(
  { scan, truth, found }: LabelledCase,
  { labelValue, structure, slice }: { readonly labelValue: number; readonly structure: string; readonly slice: number },
  segmenter: Segmenter,
): Promise<Corrected> {
  const view = axialView(found)
  const grid = tileGrid(scan, axialView(scan), {
    region: 'body',
    slicesPerSide: segmenter.tiles.perSide,
    apartMm: BALANCED_APART_MM,
  })
  const wanted = slicesOf(truth, labelValue).before(slice)
  const points: RefinePoint[] = []
  let present = found
  const slices = [diceOf(wanted, slicesOf(present, labelValue).before(slice))]
  const structures = [diceOfLabel(truth, present, labelValue)]
  let carried = 0
  for (let click = 0; click < Number(values.clicks); click++) {
    const point = nextPoint(wanted, slicesOf(present, labelValue).before(slice))
    if (point !== null) {
      points.push({ pointMm: viewPointMm(view, point.x, point.y, slice), isInside: point.isInside })
      const task = { scan, labels: found, labelValue, points, fixedSlices: [], lockedValues: [] }
      const refined = await refineByPoints(task, { segmenter, grid, windowHu: segmenter.windowHu })
      const data = found.data.slice()
      applyRuns(data, refined.runs)
      present = { ...found, data }
      carried = refined.slices.length
    }
    slices.push(diceOf(wanted, slicesOf(present, labelValue).before(slice)))
    structures.push(diceOfLabel(truth, present, labelValue))
  }
  return { structure, slice: slices, structures, carried }
}

/** The middle of the largest piece that is wrong. */
function nextPoint(
  wanted: PixelMask,
  made: PixelMask,
): { readonly x: number; readonly y: number; readonly isInside: boolean } | null {
  const [missing, extra] = [largestPiece(without(wanted, made)), largestPiece(without(made, wanted))]
  const isInside = countPixels(missing) >= countPixels(extra)
  const middle = deepestPixel(isInside ? missing : extra)
  return middle === null ? null : { ...middle, isInside }
}

function diceOf(a: PixelMask, b: PixelMask): number {
  const both = countPixels(a) - countPixels(without(a, b))
  return (2 * both) / Math.max(1, countPixels(a) + countPixels(b))
}

function diceOfLabel(a: LabelMap, b: LabelMap, labelValue: number): number {
  let [both, sum] = [0, 0]
  for (let at = 0; at < a.data.length; at++) {
    const [inA, inB] = [a.data[at] === labelValue, b.data[at] === labelValue]
    if (inA && inB) both += 1
    sum += Number(inA) + Number(inB)
  }
  return (2 * both) / Math.max(1, sum)
}

await main()
