import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decode } from 'fast-png'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PointMm, Size3 } from '../../../src/protocol/geometry.js'
import { LINE_COLORS } from '../../../src/engine/benchmark/report/casePicture.js'
import { writeReport } from '../../../src/engine/benchmark/report/writeReport.js'
import { localizationTable, segmentationTable, summaryOf } from '../../../src/engine/benchmark/benchmarkTables.js'
import { runBenchmark, type Benchmark, type BenchmarkHooks, type BenchmarkRequest } from '../../../src/engine/benchmark/runBenchmark.js'
import { writeTables } from '../../../src/engine/benchmark/writeBenchmark.js'
import type { Engine } from '../../../src/engine/engine.js'
import { toMarkdown } from '../../../src/engine/evaluation/table.js'
import type { MedlamModel } from '../../../src/engine/medlam/model.js'
import { buildBank, type BuiltBank } from '../../../src/engine/templates/buildBank.js'
import { readTemplateSet } from '../../../src/engine/templates/templateSetFile.js'
import { applyAffine } from '../../../src/engine/volume/affine.js'
import { writeLabelMap } from '../../../src/engine/volume/writeLabelMap.js'
import { writeScan } from '../../../src/engine/volume/writeScan.js'
import { analyticDenseModel } from '../../support/analyticModel.js'
import { fakeSegmenter, type FakeSegmenter } from '../../support/fakeSegmenter.js'
import { ORIENTATIONS, orientedAffine, phantom } from '../../support/phantom.js'
import { tempFolder } from '../../support/tempFolder.js'

const folder = tempFolder()
const data = path.join(folder, 'data')
const SIZE: Size3 = [40, 38, 30]
const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5])
/** Half sizes of the organ, a block, and its middle relative to the landmark that the analytic model finds. */
const HALF: PointMm = [18, 14, 22]
const FROM_MARKER: PointMm = [12, -9, 7]
const MARKERS: Readonly<Record<string, PointMm>> = { one: [2, 4, -3], two: [-6, 3, 5], three: [5, -8, 2], four: [-3, -4, -6] }

/** Draws the organ `Block` (value 3), moved by some mm. */
async function draw(id: string, movedMm: number): Promise<void> {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])
  let i = 0
  for (let z = 0; z < SIZE[2]; z++) for (let y = 0; y < SIZE[1]; y++) for (let x = 0; x < SIZE[0]; x++, i++) {
    const p = applyAffine(AFFINE, [x, y, z])
    if ([0, 1, 2].every((axis) => Math.abs(p[axis] - MARKERS[id][axis] - FROM_MARKER[axis] - movedMm) < HALF[axis])) labels[i] = 3
  }
  const volume = { data: labels, size: SIZE, affine: AFFINE }
  await writeLabelMap(path.join(data, `${id}_seg.nii.gz`), volume, { niftiHeader: null, size: SIZE, affine: AFFINE }, [])
}

let model: MedlamModel
let segmenter: FakeSegmenter

function fakeEngine(): Engine {
  return {
    sources: { assetsFolder: folder, cacheFolder: folder },
    medlam: () => Promise.resolve(model),
    segmenter: () => Promise.resolve(segmenter),
    templates: async (file) => {
      const set = await readTemplateSet(file)
      const known = JSON.stringify(set.scans.map(({ sha256, structures }) => [sha256, structures]))
      const built = banks.get(known) ?? buildBank(model, set, file)
      banks.set(known, built)
      return built
    },
    networks: () => [],
    get models() {
      return notUsed()
    },
    localize: notUsed,
    segment: notUsed,
    buildBank: notUsed,
    close: () => Promise.resolve(),
  }
}

const banks = new Map<string, Promise<BuiltBank>>()
const notUsed = (): never => {
  throw new Error('not used')
}

function run(out: string, more: Partial<BenchmarkRequest> = {}, hooks: BenchmarkHooks = {}): Promise<Benchmark> {
  return runBenchmark(fakeEngine(), {
    dataset: data, out: path.join(folder, out), support: { kind: 'cases', ids: ['three', 'four'] }, segmenters: ['fake'], beside: ['manual', 'exact'], ablations: [], ablationMasks: true,
    minPixels: 10, seed: 5, run: { appearance: false, minConfidence: 0 }, cache: { folder: path.join(folder, `${out}-cache`), maxBytes: 1e9 }, ...more,
  }, hooks)
}

const dice = (benchmark: Benchmark, variant: string): number => summaryOf(benchmark, { variant, segmenter: 'fake' }, 'deploy').structures[0].metrics.dice?.mean ?? NaN
const bytes = (out: string, file: string): Buffer => readFileSync(path.join(folder, out, 'cases', file))

beforeAll(async () => {
  model = await analyticDenseModel()
  segmenter = fakeSegmenter()
  mkdirSync(data)
  writeFileSync(path.join(data, 'labels.json'), '{"labels": {"3": "Block"}}')
  for (const [id, marker] of Object.entries(MARKERS)) {
    await writeScan(path.join(data, `${id}_ct.nii.gz`), phantom(SIZE, AFFINE, marker))
    await draw(id, 0)
  }
})

describe('a benchmark', () => {
  it('localizes and segments all but the support scans, beside boxes of the drawn organs', async () => {
    const benchmark = await run('plain')
    expect(benchmark.cases.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(benchmark.templates.ids).toEqual(['three_ct', 'four_ct'])
    // The fake segmenter fills its box, and the organ is a block: exact boxes give exact masks, moved walls do not.
    expect(dice(benchmark, 'exact')).toBe(1)
    expect(dice(benchmark, 'manual')).toBeLessThan(1)
    // The analytic model finds walls to a few mm.
    expect(dice(benchmark, 'medlam')).toBeGreaterThan(0.75)
    const table = segmentationTable(benchmark, 'deploy')
    expect(table.columns).toEqual(['organ', 'cases', 'MedLAM + fake', 'manual + fake', 'exact + fake', 'MedLAM / manual, fake %'])
    expect(toMarkdown(table)).toMatch(/\| Block \| 2 \| .* \| \*\*100\.0 ± 0\.0\*\* \|/)
    expect(toMarkdown(localizationTable(benchmark))).toMatch(/\| Block \| 2 \| 0 \| /)
    await writeTables(path.join(folder, 'plain'), benchmark, 'paper')
    for (const name of ['segmentation', 'segmentation-paper', 'localization', 'measures', 'confidence']) {
      for (const kind of ['md', 'csv', 'tex']) expect(existsSync(path.join(folder, 'plain', `${name}.${kind}`)), `${name}.${kind}`).toBe(true)
    }
  })

  it('makes a report that needs no other file and no network', async () => {
    const benchmark = await run('plain')
    await writeReport(path.join(folder, 'plain'), benchmark, 'deploy')
    const html = readFileSync(path.join(folder, 'plain/report.html'), 'utf8')
    expect(html).not.toMatch(/(src|href)="(?!data:)/)
    expect(html.match(/<svg/g)).toHaveLength(5)
    expect(html.match(/<table class="sortable"/g)?.length).toBeGreaterThanOrEqual(4)
    expect(html).toContain('Block, worst: DSC')
    const pictures = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, text]) => decode(Buffer.from(text, 'base64')))
    expect(pictures).toHaveLength(2)
    // The lines of the drawn and the predicted organ and of the box are in both halves of each picture.
    for (const { data: pixels, width, height, channels } of pictures) {
      const colorsIn = (left: number, right: number): Set<string> => {
        const found = new Set<string>()
        for (let y = 0; y < height; y++) for (let x = left; x < right; x++) found.add([0, 1, 2].map((c) => pixels[channels * (y * width + x) + c].toString(16).padStart(2, '0')).join(''))
        return found
      }
      for (const colors of [colorsIn(0, width / 2), colorsIn(width / 2, width)]) {
        for (const color of Object.values(LINE_COLORS)) expect(colors).toContain(color.slice(1))
      }
    }
    await writeReport(path.join(folder, 'plain'), benchmark, 'deploy')
    expect(readFileSync(path.join(folder, 'plain/report.html'), 'utf8')).toBe(html)
  })

  it('goes on where it was stopped, and runs nothing twice', async () => {
    const abort = new AbortController()
    await expect(run('stopped', {}, { signal: abort.signal, onCase: (done) => { if (done === 1) abort.abort() } })).rejects.toMatchObject({ kind: 'cancelled' })
    expect(existsSync(path.join(folder, 'stopped/cases/one/masks-medlam-fake.json'))).toBe(true)
    const whole = await run('stopped')
    const runs = [segmenter.boxes.length, model.position.runs, model.features.runs]
    const again = await run('stopped')
    expect(again).toEqual(whole)
    expect([segmenter.boxes.length, model.position.runs, model.features.runs]).toEqual(runs)
    expect(again.cases.map(({ id }) => id)).toEqual(['one', 'two'])
  })

  it('infers the same whatever is drawn, and before anyone looks at what is drawn', async () => {
    await run('truth')
    const files = ['boxes-medlam.json', 'medlam-fake_dseg.nii.gz'].map((file) => `two/${file}`)
    const before = files.map((file) => bytes('truth', file))
    try {
      await draw('two', 8)
      const moved = await run('moved')
      expect(files.map((file) => bytes('moved', file))).toEqual(before)
      // It was scored against the other drawing.
      expect(moved.cases[1].results[0].deploy[0].boxIou).toBeLessThan(0.8)
      writeFileSync(path.join(data, 'two_seg.nii.gz'), 'no label map')
      await expect(run('broken')).rejects.toThrow(/two_seg/)
      expect(files.map((file) => bytes('broken', file))).toEqual(before)
    } finally {
      await draw('two', 0)
    }
  })

  it('scores what was drawn anew without running a network again', async () => {
    await run('redrawn')
    const runs = segmenter.boxes.length
    try {
      await draw('two', 8)
      const { cases } = await run('redrawn', { segmenters: ['fake'] })
      expect(cases[1].results.find(({ variant }) => variant === 'medlam')?.deploy[0].dice).toBeLessThan(0.9)
      // Only boxes of the drawn organ are new: its slices, with manual and with exact boxes.
      expect(segmenter.boxes.length - runs).toBeLessThan(40)
    } finally {
      await draw('two', 0)
    }
  })

  it('can be shared by processes', async () => {
    const parts = [await run('shards', { shard: { index: 1, count: 2 } }), await run('shards', { shard: { index: 2, count: 2 } })]
    expect(parts.map(({ cases }) => cases.map(({ id }) => id))).toEqual([['one'], ['two']])
    const runs = segmenter.boxes.length
    expect((await run('shards')).cases).toHaveLength(2)
    expect(segmenter.boxes.length).toBe(runs)
  })

  it('compares numbers of templates, whole boxes, similarity and the published procedure', async () => {
    const benchmark = await run('ablations', { ablations: ['templates', 'parts', 'similarity', 'procedure'], ablationMasks: false, segmenters: [] })
    expect(benchmark.variants.map(({ variant }) => variant.id)).toEqual(['medlam', 'manual', 'exact', 'templates-1', 'wpl', 'no-mss', 'published'])
    const iou = (variant: string): number => summaryOf(benchmark, { variant, segmenter: null }, 'deploy').overall.boxIou?.mean ?? 0
    for (const { variant } of benchmark.variants) expect(iou(variant.id), variant.id).toBeGreaterThan(0.5)
    const found = benchmark.cases[0].results.find(({ variant }) => variant === 'wpl')?.structures[0]
    expect(found?.partsMm).toBeUndefined()
    expect(benchmark.warnings).toContainEqual(expect.stringContaining('2 templates'))
    // Without masks nothing is said of masks.
    expect(benchmark.cases[0].results[0].deploy[0]).toMatchObject({ dice: null, volumeErrorMl: null })
    await writeReport(path.join(folder, 'ablations'), benchmark, 'deploy')
    const html = readFileSync(path.join(folder, 'ablations/report.html'), 'utf8')
    expect(html).toContain('Block, worst: box IoU')
    expect(html).not.toContain('DSC 0.0 %')
  })

  it('refuses structures and scans that are not there', async () => {
    await expect(run('no', { structures: ['Lens'] })).rejects.toThrow(/no structure "Lens"/)
    await expect(run('no', { cases: ['five'] })).rejects.toThrow(/no scan "five"/)
    await expect(run('no', { cases: ['three'] })).rejects.toThrow(/nothing is left to score/)
  })
})
