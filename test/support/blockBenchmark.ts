import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll } from 'vitest'
import type { PointMm, Size3 } from '../../src/shared/geometry/points.js'
import { summaryOf } from '../../src/lab/benchmark/benchmarkTables.js'
import type { Benchmark, BenchmarkHooks, BenchmarkRequest } from '../../src/lab/benchmark/benchmarkTypes.js'
import { runBenchmark } from '../../src/lab/benchmark/runBenchmark.js'
import type { Engine } from '../../src/engine/engine.js'
import type { MedlamModel } from '../../src/engine/medlam/model.js'
import type { Segmenter } from '../../src/engine/sam/segmenter.js'
import { buildBank, type BuiltBank } from '../../src/engine/templates/buildBank.js'
import { readTemplateSet } from '../../src/engine/templates/templateSetFile.js'
import { applyAffine } from '../../src/shared/geometry/affine.js'
import { writeLabelMap } from '../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../src/engine/scanFiles/writeScan.js'
import { analyticDenseModel } from './analyticModel.js'
import { fakeSegmenter, type FakeSegmenter } from './fakeSegmenter.js'
import { ORIENTATIONS, orientedAffine } from './orientations.js'
import { phantom } from './phantom.js'
import { tempFolder } from './tempFolder.js'

export const folder = tempFolder()
export const data = path.join(folder, 'data')
export const SIZE: Size3 = [40, 38, 30]
export const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5])
/** Half sizes of the organ, a block, and its middle relative to the landmark that the analytic model finds. */
const HALF: PointMm = [18, 14, 22]
const FROM_MARKER: PointMm = [12, -9, 7]
const MARKERS: Readonly<Record<string, PointMm>> = {
  one: [2, 4, -3],
  two: [-6, 3, 5],
  three: [5, -8, 2],
  four: [-3, -4, -6],
}

/** The same of a second one, which no test names but where it says so. */
const OTHER_HALF: PointMm = [10, 10, 12]
const OTHER_FROM_MARKER: PointMm = [-38, 24, -18]

/** Options that find the block; alignment would take most of the time and is tested by itself. */
export const BLOCK_OPTIONS = { appearance: false, minConfidence: 0, method: 'medlam' } as const

/** Writes a truth with the organs `Block` (value 3), moved by some mm, and `Other` (value 4). */
export async function writeTruth(id: string, movedMm: number): Promise<void> {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])
  let i = 0
  for (let z = 0; z < SIZE[2]; z++)
    for (let y = 0; y < SIZE[1]; y++)
      for (let x = 0; x < SIZE[0]; x++, i++) {
        const p = applyAffine(AFFINE, [x, y, z])
        const inside = (from: PointMm, half: PointMm): boolean =>
          [0, 1, 2].every((axis) => Math.abs(p[axis] - MARKERS[id][axis] - from[axis]) < half[axis])
        if (inside([FROM_MARKER[0] + movedMm, FROM_MARKER[1] + movedMm, FROM_MARKER[2] + movedMm], HALF)) labels[i] = 3
        else if (inside(OTHER_FROM_MARKER, OTHER_HALF)) labels[i] = 4
      }
  const volume = { data: labels, size: SIZE, affine: AFFINE }
  await writeLabelMap(
    path.join(data, `${id}_seg.nii.gz`),
    volume,
    { niftiHeader: null, size: SIZE, affine: AFFINE },
    [],
  )
}

export let model: MedlamModel
export let segmenter: FakeSegmenter

function fakeEngine(segmenters: readonly Segmenter[]): Engine {
  const next = [...segmenters]
  return {
    sources: { assetsFolder: folder, cacheFolder: folder },
    medlam: () => Promise.resolve(model),
    // In the order in which they are asked for.
    segmenter: () => Promise.resolve(next.shift() ?? segmenter),
    templates: async (file) => {
      const set = await readTemplateSet(file)
      const known = JSON.stringify(set.scans.map(({ sha256, structures }) => [sha256, structures]))
      const built = banks.get(known) ?? buildBank(model, set, file)
      banks.set(known, built)
      return built
    },
    measureBank: notUsed,
    networks: () => [],
    get models() {
      return notUsed()
    },
    localize: notUsed,
    segment: notUsed,
    refine: notUsed,
    segmentBox: notUsed,
    buildBank: notUsed,
    close: () => Promise.resolve(),
  }
}

const banks = new Map<string, Promise<BuiltBank>>()
const notUsed = (): never => {
  throw new Error('not used')
}

/** Runs a benchmark of four labelled scans, of which two are templates, into a folder. */
export function run(
  out: string,
  more: Partial<BenchmarkRequest> = {},
  hooks: BenchmarkHooks = {},
  segmenters: readonly Segmenter[] = [],
): Promise<Benchmark> {
  return runBenchmark(
    fakeEngine(segmenters),
    {
      dataset: data,
      out: path.join(folder, out),
      support: { kind: 'cases', ids: ['three', 'four'] },
      segmenters: ['fake'],
      beside: ['manual', 'exact'],
      ablations: [],
      ablationMasks: true,
      minPixels: 10,
      seed: 5,
      run: BLOCK_OPTIONS,
      cache: { folder: path.join(folder, `${out}-cache`), maxBytes: 1e9 },
      ...more,
    },
    hooks,
  )
}

export const dice = (benchmark: Benchmark, variant: string): number =>
  summaryOf(benchmark, { variant, segmenter: 'fake' }, 'deploy').structures[0].metrics.dice?.mean ?? NaN
export const bytes = (out: string, file: string): Buffer => readFileSync(path.join(folder, out, 'cases', file))

/** Makes the model and the data set once. */
export function useBlockDataset(): void {
  beforeAll(async () => {
    model = await analyticDenseModel()
    segmenter = fakeSegmenter()
    mkdirSync(data)
    writeFileSync(path.join(data, 'labels.json'), '{"labels": {"3": "Block"}}')
    for (const [id, marker] of Object.entries(MARKERS)) {
      await writeScan(path.join(data, `${id}_ct.nii.gz`), phantom(SIZE, AFFINE, marker))
      await writeTruth(id, 0)
    }
  })
}
