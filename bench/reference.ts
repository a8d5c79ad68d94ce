/**
 * How much faster than the published procedure: its localization (patches of 64 voxels, ten agents, one patch of
 * features per extreme point; docs/method.md) and its segmentation (SAM ViT-B, one encoding per organ and slice) beside
 * a run of ours, on the same scan and cores. The networks are the skeletons that checkpoints are imported into, filled
 * with seeded weights: they take the time of the real ones and find nothing.
 *
 *   npx tsx bench/reference.ts [--scan FILE] [--organs 2] [--encodings 3] [--quality balanced]
 *
 * Some organs and encodings are timed and the rest is extrapolated, which the table says. Loading networks and encoding
 * templates is left out on both sides, and so are reading and writing files of the reference.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engine.js'
import { closeMedlamModel, type MedlamModel } from '../src/engine/medlam/model.js'
import { embedScan } from '../src/engine/medlam/embed.js'
import type { LandmarkQuery } from '../src/engine/medlam/landmarkQuery.js'
import { localizeAsPublished } from '../src/engine/medlam/localizeAsPublished.js'
import { prepareVolume } from '../src/engine/medlam/prepare.js'
import { latentOf } from '../src/engine/medlam/salFrame.js'
import { CORRELATE_GRAPH, findAssetsFolder } from '../src/engine/models/assets.js'
import { makeRandom, uniform } from '../src/engine/numeric/random.js'
import { openNetwork } from '../src/engine/runtime/onnx.js'
import { boxPrompt } from '../src/engine/sam/prompts/prompt.js'
import { openSegmenter, SOFT_TISSUE } from '../src/engine/sam/segmenter.js'
import { axialView } from '../src/engine/sam/slices/axialView.js'
import { windowSlice } from '../src/engine/sam/slices/sliceImage.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { EXTREME_SIDES } from '../src/shared/geometry/points.js'
import type { Scan } from '../src/shared/geometry/volume.js'
import type { PatchModelCard } from '../src/shared/modelCard.js'
import { QUALITIES, type Quality, type Sidecar } from '../src/shared/sidecar.js'
import { seededSkeleton } from './seededSkeleton.js'

/** Templates whose descriptors are averaged; their number costs nothing. */
const TEMPLATES = 5

/** Seconds of the published localization. */
interface LocalizationCost {
  /** Agents, and the first extreme point. */
  readonly first: number
  readonly perPoint: number
}

/** The published network with seeded weights. */
async function openPublished(folder: string): Promise<MedlamModel> {
  const assets = findAssetsFolder()
  const { card: said, data } = await seededSkeleton(path.join(assets, 'skeletons/medlam'), folder)
  if (said === undefined) throw new Error('The skeleton of MedLAM has no card.')
  const { input, output, outputs, ...common } = said
  const sha256 = '0'.repeat(64)
  const card: PatchModelCard = {
    ...common,
    format: 'medlam-model',
    formatVersion: 1,
    id: 'seeded',
    kind: 'patch',
    position: { file: 'position.onnx', sha256, input, output },
    features: { file: 'features.onnx', sha256, input, outputs },
    weights: { file: data.file, sha256 },
  }
  const [position, features, correlate] = await Promise.all(
    [path.join(folder, 'position.onnx'), path.join(folder, 'features.onnx'), path.join(assets, CORRELATE_GRAPH)].map(
      (file) => openNetwork(file),
    ),
  )
  return { card, hash: '', position, features, correlate }
}

/** The extreme points of organs of which nothing is known. */
function seededQueries(organs: number, card: PatchModelCard): LandmarkQuery[] {
  const random = makeRandom(1)
  const point = (): LandmarkQuery['points'][number] => ({
    pointMm: [0, 0, 0],
    latent: latentOf(uniform(random, -0.05, 0.05), uniform(random, -0.05, 0.05), uniform(random, -0.05, 0.05)),
    descriptors: card.features.outputs.map(({ channels, kernelSide }) =>
      Float32Array.from({ length: channels * kernelSide ** 3 }, () => uniform(random, -1, 1)),
    ),
  })
  return Array.from({ length: organs }, (_, organ) =>
    EXTREME_SIDES.map((side) => ({
      structure: `${organ}`,
      part: null,
      side,
      points: Array.from({ length: TEMPLATES }, point),
    })),
  ).flat()
}

async function timeLocalization(scan: Scan, organs: number, folder: string): Promise<LocalizationCost> {
  const model = await openPublished(folder)
  const { card } = model
  if (card.kind !== 'patch') throw new Error('The published model looks at patches.')
  const queries = seededQueries(organs, card)
  const doneAt: number[] = []
  const started = performance.now()
  await localizeAsPublished(embedScan(model, prepareVolume(scan, card)), queries, {
    seed: 2023,
    checkCancelled: () => undefined,
    onDone: () => doneAt.push((performance.now() - started) / 1000),
  })
  await closeMedlamModel(model)
  return { first: doneAt[0], perPoint: (doneAt[doneAt.length - 1] - doneAt[0]) / Math.max(1, doneAt.length - 1) }
}

/** Seconds of one encoding and one decoding, mean over some after a warm-up. */
async function timeSlice(scan: Scan, encodings: number, folder: string): Promise<number> {
  await seededSkeleton(path.join(findAssetsFolder(), 'skeletons/sam-vit-b'), folder)
  const files = ['encoder.onnx', 'decoder.onnx'].map((file) => ({ path: path.join(folder, file) }))
  const segmenter = await openSegmenter(files, { id: 'sam-vit-b', preprocessing: { normalisation: 'sam', fit: 'pad' } })
  const view = axialView(scan)
  const [columns, rows, slices] = view.size
  const box = { x0: columns / 3, y0: rows / 3, x1: columns / 2, y1: rows / 2 }
  const whole = { x0: 0, y0: 0, x1: columns, y1: rows }
  let started = 0
  for (let i = 0; i <= encodings; i++) {
    if (i === 1) started = performance.now()
    const slice = Math.floor((slices * (i + 0.5)) / (encodings + 1))
    const embedding = await segmenter.encodeTile(windowSlice(scan.data, view, slice, SOFT_TISSUE))
    await segmenter.decode(embedding, boxPrompt(box), whole)
  }
  await segmenter.release()
  return (performance.now() - started) / 1000 / encodings
}

/** A run of ours; networks and templates are loaded before. */
async function timeOurs(scanPath: string, quality: Quality, folder: string): Promise<Sidecar> {
  const engine = openEngine()
  await engine.templates('head-neck')
  if (quality !== 'draft') await engine.segmenter()
  const { sidecar } = await engine.segment({
    scanPath,
    templates: 'head-neck',
    options: { quality },
    out: path.join(folder, 'ours.nii.gz'),
  })
  await engine.close()
  return sidecar
}

/** Slices that the boxes of all organs meet, one count for each organ: so often the reference encodes. */
function organSlices({ structures }: Sidecar, scan: Scan): number {
  const { spacingMm, size } = axialView(scan)
  return structures.reduce(
    (sum, { boxMm }) =>
      sum + (boxMm === null ? 0 : Math.min(size[2], Math.ceil((boxMm.max[2] - boxMm.min[2]) / spacingMm[2]))),
    0,
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scan: {
        type: 'string',
        default: path.resolve(import.meta.dirname, '../../shared/data/hn7/dev/okbp_201_ct.nii.gz'),
      },
      organs: { type: 'string', default: '2' },
      encodings: { type: 'string', default: '3' },
      quality: { type: 'string', default: 'balanced' },
    },
  })
  const quality = QUALITIES.find((one) => one === values.quality)
  if (!existsSync(values.scan) || quality === undefined) {
    console.log(`No scan at ${values.scan}, or no quality "${values.quality}" of ${QUALITIES.join(', ')}.`)
    return
  }
  const [organs, encodings] = [Number(values.organs), Number(values.encodings)]
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medlsam-reference-'))
  try {
    for (const part of ['medlam', 'sam']) await mkdir(path.join(folder, part))
    const scan = await readScan(values.scan)
    const ours = await timeOurs(values.scan, quality, folder)
    const found = ours.structures.filter(({ boxMm }) => boxMm !== null).length
    const { first, perPoint } = await timeLocalization(scan, organs, path.join(folder, 'medlam'))
    const perSlice = await timeSlice(scan, encodings, path.join(folder, 'sam'))
    const slices = organSlices(ours, scan)
    const reference = { localize: first + (6 * found - 1) * perPoint, segment: slices * perSlice }
    const { localize = 0, segment = 0, ...others } = ours.seconds
    const rest = Object.values(others).reduce((sum, seconds) => sum + seconds, 0)
    const row = (name: string, theirs: number, own: number): string =>
      `| ${name} | ${theirs.toFixed(1)} | ${own.toFixed(1)} | ${(theirs / own).toFixed(1)} |`
    console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`)
    console.log('| | published procedure, s | ours, s | ratio |\n| --- | ---: | ---: | ---: |')
    console.log(row(`localization, ${found} organs`, reference.localize, localize))
    console.log(row(`segmentation, ${quality}`, reference.segment, segment))
    console.log(row('whole run', reference.localize + reference.segment, localize + segment + rest))
    console.log(
      `\nPublished: ${first.toFixed(1)} s for ten agents and the first point, ${perPoint.toFixed(2)} s for each other point (${6 * organs} of ${6 * found} were timed); ` +
        `${perSlice.toFixed(2)} s for each of ${slices} encodings, one per organ and slice (${encodings} were timed). Ours: ${ours.encoderRuns} encodings; the whole run also reads and writes files.`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
