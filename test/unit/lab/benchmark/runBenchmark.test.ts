import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeReport } from '../../../../src/lab/benchmark/report/writeReport.js'
import {
  ablationTable,
  localizationTable,
  segmentationTable,
  summaryOf,
} from '../../../../src/lab/benchmark/benchmarkTables.js'
import { writeTables } from '../../../../src/lab/benchmark/writeBenchmark.js'
import { toMarkdown } from '../../../../src/lab/evaluation/textTable.js'
import type { Segmenter } from '../../../../src/engine/sam/segmenter.js'
import { fakeSegmenter } from '../../../support/fakeSegmenter.js'
import { BLOCK_OPTIONS, bytes, dice, folder, run, useBlockDataset } from '../../../support/blockBenchmark.js'

useBlockDataset()

describe('a benchmark', () => {
  it('localizes and segments all but the support scans, beside boxes of the truth', async () => {
    const benchmark = await run('plain')
    expect(benchmark.cases.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(benchmark.templates.ids).toEqual(['three_ct', 'four_ct'])
    // The fake segmenter fills its box, and the organ is a block: exact boxes give exact masks, moved walls do not.
    expect(dice(benchmark, 'exact')).toBe(1)
    expect(dice(benchmark, 'manual')).toBeLessThan(1)
    // The analytic model finds walls to a few mm.
    expect(dice(benchmark, 'automatic')).toBeGreaterThan(0.75)
    const table = segmentationTable(benchmark, 'deploy')
    expect(table.columns).toEqual([
      'organ',
      'cases',
      'automatic + fake',
      'manual + fake',
      'exact + fake',
      'automatic / manual, fake %',
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

  it('compares numbers of templates, whole boxes, similarity and the published procedure', async () => {
    const benchmark = await run('ablations', {
      ablations: ['templates', 'parts', 'similarity', 'procedure'],
      ablationMasks: false,
      segmenters: [],
    })
    expect(benchmark.variants.map(({ variant }) => variant.id)).toEqual([
      'automatic',
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

  it('weighs masks with the templates that are compared and no others', async () => {
    const appearance = { ...BLOCK_OPTIONS, appearance: true }
    const fewer = await run('fewer', { ablations: ['templates'], beside: [], run: appearance })
    await run('single', { support: { kind: 'cases', ids: ['three'] }, beside: [], run: appearance })
    expect(ablationTable(fewer)?.note).toContain('calibrated with stays that of all')
    expect(bytes('fewer', 'one/templates-1-fake_dseg.nii.gz')).toEqual(
      bytes('single', 'one/automatic-fake_dseg.nii.gz'),
    )
  })

  it('refuses structures and scans that are not there', async () => {
    await expect(run('no', { structures: ['Lens'] })).rejects.toThrow(/no structure "Lens"/)
    await expect(run('no', { cases: ['five'] })).rejects.toThrow(/no scan "five"/)
    await expect(run('no', { cases: ['three'] })).rejects.toThrow(/nothing is left to score/)
  })
})
