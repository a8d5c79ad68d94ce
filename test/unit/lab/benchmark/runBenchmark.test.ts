import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decode } from 'fast-png'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PointMm, Size3 } from '../../../../src/shared/geometry/points.js'
import { LINE_COLORS } from '../../../../src/lab/benchmark/report/caseImage.js'
import { writeReport } from '../../../../src/lab/benchmark/report/writeReport.js'
import {
  ablationTable,
  localizationTable,
  missedStructures,
  PROTOCOLS,
  segmentationTable,
  summaryOf,
} from '../../../../src/lab/benchmark/benchmarkTables.js'
import type { Benchmark, BenchmarkHooks, BenchmarkRequest } from '../../../../src/lab/benchmark/benchmarkTypes.js'
import { runBenchmark } from '../../../../src/lab/benchmark/runBenchmark.js'
import { writeTables } from '../../../../src/lab/benchmark/writeBenchmark.js'
import type { Engine } from '../../../../src/engine/engine.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { placeOnGrid } from '../../../../src/lab/evaluation/placeOnGrid.js'
import { toMarkdown } from '../../../../src/lab/evaluation/textTable.js'
import type { MedlamModel } from '../../../../src/engine/medlam/model.js'
import type { Segmenter } from '../../../../src/engine/sam/segmenter.js'
import { buildBank, type BuiltBank } from '../../../../src/engine/templates/buildBank.js'
import { readTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { templateScanPath } from '../../../../src/shared/node/templateSetPaths.js'
import { applyAffine } from '../../../../src/shared/geometry/affine.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { analyticDenseModel } from '../../../support/analyticModel.js'
import { fakeSegmenter, type FakeSegmenter } from '../../../support/fakeSegmenter.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { phantom } from '../../../support/phantom.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const data = path.join(folder, 'data')
const SIZE: Size3 = [40, 38, 30]
const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5])
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

/** Draws the organs `Block` (value 3), moved by some mm, and `Other` (value 4). */
async function draw(id: string, movedMm: number): Promise<void> {
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

let model: MedlamModel
let segmenter: FakeSegmenter

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

function run(
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
      run: { appearance: false, minConfidence: 0 },
      cache: { folder: path.join(folder, `${out}-cache`), maxBytes: 1e9 },
      ...more,
    },
    hooks,
  )
}

const dice = (benchmark: Benchmark, variant: string): number =>
  summaryOf(benchmark, { variant, segmenter: 'fake' }, 'deploy').structures[0].metrics.dice?.mean ?? NaN
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
    expect(table.columns).toEqual([
      'organ',
      'cases',
      'MedLAM + fake',
      'manual + fake',
      'exact + fake',
      'MedLAM / manual, fake %',
    ])
    // Exact boxes are no way to work, so that they are never the best of those compared.
    expect(toMarkdown(table)).toMatch(/\| Block \| 2 \| .*\*\*.* \| 100\.0 ± 0\.0 \|/)
    expect(toMarkdown(localizationTable(benchmark))).toMatch(/\| Block \| 2 \| 0 \| /)
    await writeTables(path.join(folder, 'plain'), benchmark, 'paper')
    for (const name of ['segmentation', 'segmentation-paper', 'localization', 'measures', 'confidence']) {
      for (const kind of ['md', 'csv', 'tex'])
        expect(existsSync(path.join(folder, 'plain', `${name}.${kind}`)), `${name}.${kind}`).toBe(true)
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
    const pictures = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, text]) =>
      decode(Buffer.from(text, 'base64')),
    )
    expect(pictures).toHaveLength(2)
    // The lines of the drawn and the predicted organ and of the box are in both halves of each picture.
    for (const { data: pixels, width, height, channels } of pictures) {
      const colorsIn = (left: number, right: number): Set<string> => {
        const found = new Set<string>()
        for (let y = 0; y < height; y++)
          for (let x = left; x < right; x++)
            found.add(
              [0, 1, 2].map((c) => pixels[channels * (y * width + x) + c].toString(16).padStart(2, '0')).join(''),
            )
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
    await expect(
      run(
        'stopped',
        {},
        {
          signal: abort.signal,
          onCase: (done) => {
            if (done === 1) abort.abort()
          },
        },
      ),
    ).rejects.toMatchObject({ kind: 'cancelled' })
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
      const broken = await run('broken')
      expect(broken.failures).toEqual([expect.stringMatching(/^two is not scored\. .*two_seg/)])
      expect(broken.cases.map(({ results }) => results.length)).toEqual([3, 0])
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
    const parts = [
      await run('shards', { shard: { index: 1, count: 2 } }),
      await run('shards', { shard: { index: 2, count: 2 } }),
    ]
    expect(parts.map(({ cases }) => cases.map(({ id }) => id))).toEqual([['one'], ['two']])
    const runs = segmenter.boxes.length
    expect((await run('shards')).cases).toHaveLength(2)
    expect(segmenter.boxes.length).toBe(runs)
  })

  it('compares numbers of templates, whole boxes, similarity and the published procedure', async () => {
    const benchmark = await run('ablations', {
      ablations: ['templates', 'parts', 'similarity', 'procedure'],
      ablationMasks: false,
      segmenters: [],
    })
    expect(benchmark.variants.map(({ variant }) => variant.id)).toEqual([
      'medlam',
      'manual',
      'exact',
      'templates-1',
      'wpl',
      'no-mss',
      'published',
    ])
    const iou = (variant: string): number =>
      summaryOf(benchmark, { variant, segmenter: null }, 'deploy').overall.boxIou?.mean ?? 0
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

  it('scores what is drawn on a damaged scan as 0 with the reason, and goes on', async () => {
    const scan = path.join(data, 'two_ct.nii.gz')
    const whole = readFileSync(scan)
    try {
      writeFileSync(scan, whole.subarray(0, 2000))
      const benchmark = await run('damaged')
      expect(benchmark.failures).toEqual([
        expect.stringMatching(/^two failed wholly or in part, and what its truth shows counts as 0 there\. .*two_ct/),
      ])
      for (const variant of ['medlam', 'manual', 'exact']) {
        const [one, two] = benchmark.cases.map(
          ({ results }) => results.find((result) => result.variant === variant)?.deploy[0],
        )
        expect(one).toMatchObject({ outcome: 'scored' })
        expect(two).toMatchObject({ outcome: 'missed', dice: 0, boxIou: 0, reason: expect.stringContaining('two_ct') })
      }
      expect(dice(benchmark, 'exact')).toBe(0.5)
      expect(toMarkdown(localizationTable(benchmark))).toMatch(/\| Block \| 2 \| 1 \| /)
      await writeReport(path.join(folder, 'damaged'), benchmark, 'deploy')
      expect(readFileSync(path.join(folder, 'damaged/report.html'), 'utf8')).toContain('two failed wholly or in part')
    } finally {
      writeFileSync(scan, whole)
    }
    // Failures are not kept.
    expect((await run('damaged')).failures).toEqual([])
  })

  it('blames the segmenter that fails and no other, and names it', async () => {
    const failing: Segmenter = {
      ...fakeSegmenter(),
      id: 'failing',
      decodeBox: () => Promise.reject(new MedlsamError('model', 'The network gave up.')),
    }
    const benchmark = await run('failing', { segmenters: ['fake', 'failing'], beside: [] }, {}, [segmenter, failing])
    expect(benchmark.failures).toEqual(
      ['one', 'two'].map(
        (id) => `${id} failed wholly or in part, and what its truth shows counts as 0 there. The network gave up.`,
      ),
    )
    expect(
      ['fake', 'failing'].map(
        (id) => summaryOf(benchmark, { variant: 'medlam', segmenter: id }, 'deploy').structures[0].missed,
      ),
    ).toEqual([0, 2])
    expect(missedStructures(benchmark)).toEqual(
      ['one', 'two'].map((id) => `Missed: Block of ${id} with failing. The network gave up.`),
    )
  })

  it('knows segmenters by the ids that they have, and refuses two of one id', async () => {
    const named = (id: string): Segmenter => ({ ...fakeSegmenter(), id })
    const benchmark = await run(
      'files',
      { segmenters: ['models/a.onnx,models/b.onnx', 'mobilesam@fp32'], beside: [] },
      {},
      [named('a.onnx,b.onnx'), named('a-onnx-b.onnx')],
    )
    expect(benchmark.segmenters).toEqual(['a.onnx,b.onnx', 'a-onnx-b.onnx'])
    expect(toMarkdown(segmentationTable(benchmark, 'deploy'))).toMatch(/\| Block \| 2 \| (\*\*)?\d/)
    expect(new Set(benchmark.cases.flatMap(({ results }) => results.map(({ labelMap }) => labelMap))).size).toBe(4)
    await expect(
      run('files', { segmenters: ['m/a.onnx', 'n/a.onnx'] }, {}, [named('a.onnx'), named('a.onnx')]),
    ).rejects.toThrow(/Two of the segmenters are called "a\.onnx"/)
  })

  it('writes both protocols, whose boxes are the same', async () => {
    const file = path.join(data, 'two_seg.nii.gz')
    const request = { minPixels: 100, beside: ['manual'] as const }
    const truth = await readLabelMap(file)
    // Of the lowest slice only four pixels are left, which are 67 of a full-size slice.
    const lowest = Math.floor(truth.data.indexOf(3) / (SIZE[0] * SIZE[1]))
    let left = 4
    const thin = truth.data.map((value, i) =>
      value === 3 && Math.floor(i / (SIZE[0] * SIZE[1])) === lowest && left-- <= 0 ? 0 : value,
    )
    const benchmark = await writeLabelMap(file, { ...truth, data: thin }, { ...truth, niftiHeader: null }, [])
      .then(() => run('protocols', request))
      .finally(() => draw('two', 0))
    const [
      {
        deploy: [deploy],
        paper: [paper],
      },
    ] = benchmark.cases[1].results
    expect(paper.truthMl).toBeCloseTo(deploy.truthMl - (4 * 80) / 1000, 9)
    const { boxIou, wallErrorsMm, wallDistanceMm } = deploy
    expect(paper).toMatchObject({ boxIou, wallErrorsMm, wallDistanceMm })
    const out = path.join(folder, 'protocols')
    for (const protocol of PROTOCOLS) {
      await writeTables(out, benchmark, protocol)
      for (const file of ['scores.csv', 'statistics.csv']) {
        const [head, ...rows] = readFileSync(path.join(out, file), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(','))
        expect(head.slice(0, 3)).toEqual(['boxes', 'segmenter', 'protocol'])
        expect([...new Set(rows.map((row) => row.slice(0, 3).join(' ')))]).toEqual([
          'medlam fake deploy',
          'medlam fake paper',
          'manual fake deploy',
          'manual fake paper',
        ])
      }
    }
  })

  it('shows and measures what is drawn in another storage order as what it is', async () => {
    const file = path.join(data, 'two_seg.nii.gz')
    await run('stored')
    await writeReport(path.join(folder, 'stored'), await run('stored'), 'deploy')
    const straight = readFileSync(path.join(folder, 'stored/report.html'), 'utf8')
    try {
      const truth = await readLabelMap(file)
      const affine = orientedAffine(ORIENTATIONS[7], SIZE, [4, 4, 5])
      const { labels } = placeOnGrid(truth, { data: new Uint8Array(0), size: SIZE, affine }, 'a', 'b', false)
      await writeLabelMap(file, labels, { niftiHeader: null, size: SIZE, affine }, [])
      await writeReport(path.join(folder, 'stored'), await run('stored'), 'deploy')
      expect(readFileSync(path.join(folder, 'stored/report.html'), 'utf8')).toBe(straight)
    } finally {
      await draw('two', 0)
    }
  })

  it('counts as not found only what is drawn', async () => {
    const notFound = { run: { appearance: false, minConfidence: 1 } }
    expect(toMarkdown(localizationTable(await run('undrawn', notFound)))).toMatch(/\| Block \| 2 \| 2 \| /)
    try {
      await writeLabelMap(
        path.join(data, 'two_seg.nii.gz'),
        { data: new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]), size: SIZE, affine: AFFINE },
        { niftiHeader: null, size: SIZE, affine: AFFINE },
        [],
      )
      expect(toMarkdown(localizationTable(await run('undrawn', notFound)))).toMatch(/\| Block \| 1 \| 1 \| /)
    } finally {
      await draw('two', 0)
    }
  })

  it('finds boxes once, however they are segmented and whichever of them are wanted', async () => {
    const labels = path.join(folder, 'both.json')
    writeFileSync(labels, '{"labels": {"3": "Block", "4": "Other"}}')
    expect((await run('steps', { labels })).structures.map(({ name }) => name)).toEqual(['Block', 'Other'])
    const runs = model.position.runs
    const before = bytes('steps', 'one/boxes-medlam.json')
    const { cases, structures } = await run('steps', {
      labels,
      run: { appearance: false, minConfidence: 0, sliceStep: 3 },
      structures: ['Other', 'other'],
      cases: ['one', 'one'],
    })
    expect(model.position.runs).toBe(runs)
    expect(bytes('steps', 'one/boxes-medlam.json')).toEqual(before)
    // Whoever names something twice means it once.
    expect(structures.map(({ name }) => name)).toEqual(['Other'])
    expect(cases[0].results[0].structures.map(({ name }) => name)).toEqual(['Other'])
    expect(cases.map(({ id }) => id)).toEqual(['one'])
  })

  it('weighs masks with the templates that are compared and no others', async () => {
    const appearance = { appearance: true, minConfidence: 0 }
    const fewer = await run('fewer', { ablations: ['templates'], beside: [], run: appearance })
    await run('single', { support: { kind: 'cases', ids: ['three'] }, beside: [], run: appearance })
    expect(ablationTable(fewer)?.note).toContain('calibrated with stays that of all')
    expect(bytes('fewer', 'one/templates-1-fake_dseg.nii.gz')).toEqual(bytes('single', 'one/medlam-fake_dseg.nii.gz'))
  })

  it('makes templates anew when the data set has moved', async () => {
    await run('moving', { cases: ['one'] })
    const moved = path.join(folder, 'elsewhere/data')
    mkdirSync(path.dirname(moved))
    renameSync(data, moved)
    try {
      expect((await run('moving', { dataset: moved, cases: ['one'] })).templates.ids).toEqual(['three_ct', 'four_ct'])
      const set = await readTemplateSet(path.join(folder, 'moving/templates.medlsam.json'))
      expect(
        set.scans.map((scan) => existsSync(templateScanPath(path.join(folder, 'moving/templates.medlsam.json'), scan))),
      ).toEqual([true, true])
    } finally {
      renameSync(moved, data)
    }
  })

  it('refuses structures and scans that are not there', async () => {
    await expect(run('no', { structures: ['Lens'] })).rejects.toThrow(/no structure "Lens"/)
    await expect(run('no', { cases: ['five'] })).rejects.toThrow(/no scan "five"/)
    await expect(run('no', { cases: ['three'] })).rejects.toThrow(/nothing is left to score/)
  })
})
