import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { localizationTable, PROTOCOLS } from '../../../../src/lab/benchmark/benchmarkTables.js'
import { writeTables } from '../../../../src/lab/benchmark/writeBenchmark.js'
import { toMarkdown } from '../../../../src/lab/evaluation/textTable.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import {
  AFFINE,
  BLOCK_OPTIONS,
  SIZE,
  data,
  folder,
  run,
  useBlockDataset,
  writeTruth,
} from '../../../support/blockBenchmark.js'

useBlockDataset()

describe('the tables of a benchmark', () => {
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
      .finally(() => writeTruth('two', 0))
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
          'automatic fake deploy',
          'automatic fake paper',
          'manual fake deploy',
          'manual fake paper',
        ])
      }
    }
  })

  it('counts as not found only what the truth has', async () => {
    const notFound = { run: { ...BLOCK_OPTIONS, minConfidence: 1 } }
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
      await writeTruth('two', 0)
    }
  })
})
