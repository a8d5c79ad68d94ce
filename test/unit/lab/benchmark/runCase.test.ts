import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeReport } from '../../../../src/lab/benchmark/report/writeReport.js'
import { localizationTable, missedStructures, summaryOf } from '../../../../src/lab/benchmark/benchmarkTables.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { toMarkdown } from '../../../../src/lab/evaluation/textTable.js'
import type { Segmenter } from '../../../../src/engine/sam/segmenter.js'
import { fakeSegmenter } from '../../../support/fakeSegmenter.js'
import {
  bytes,
  data,
  dice,
  folder,
  run,
  segmenter,
  useBlockDataset,
  writeTruth,
} from '../../../support/blockBenchmark.js'

useBlockDataset()

describe('a case of a benchmark', () => {
  it('infers the same whatever the truth is, and before it is read', async () => {
    await run('truth')
    const files = ['boxes-automatic.json', 'automatic-fake_dseg.nii.gz'].map((file) => `two/${file}`)
    const before = files.map((file) => bytes('truth', file))
    try {
      await writeTruth('two', 8)
      const moved = await run('moved')
      expect(files.map((file) => bytes('moved', file))).toEqual(before)
      // It was scored against the other truth.
      expect(moved.cases[1].results[0].deploy[0].boxIou).toBeLessThan(0.8)
      writeFileSync(path.join(data, 'two_seg.nii.gz'), 'no label map')
      const broken = await run('broken')
      expect(broken.failures).toEqual([expect.stringMatching(/^two is not scored\. .*two_seg/)])
      expect(broken.cases.map(({ results }) => results.length)).toEqual([3, 0])
      expect(files.map((file) => bytes('broken', file))).toEqual(before)
    } finally {
      await writeTruth('two', 0)
    }
  })

  it('scores the truth of a corrupt scan as 0 with the reason, and goes on', async () => {
    const scan = path.join(data, 'two_ct.nii.gz')
    const whole = readFileSync(scan)
    try {
      writeFileSync(scan, whole.subarray(0, 2000))
      const benchmark = await run('damaged')
      expect(benchmark.failures).toEqual([
        expect.stringMatching(/^two failed wholly or in part, and what its truth shows counts as 0 there\. .*two_ct/),
      ])
      for (const variant of ['automatic', 'manual', 'exact']) {
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
      decode: () => Promise.reject(new MedlsamError('model', 'The network gave up.')),
    }
    const benchmark = await run('failing', { segmenters: ['fake', 'failing'], beside: [] }, {}, [segmenter, failing])
    expect(benchmark.failures).toEqual(
      ['one', 'two'].map(
        (id) => `${id} failed wholly or in part, and what its truth shows counts as 0 there. The network gave up.`,
      ),
    )
    expect(
      ['fake', 'failing'].map(
        (id) => summaryOf(benchmark, { variant: 'automatic', segmenter: id }, 'deploy').structures[0].missed,
      ),
    ).toEqual([0, 2])
    expect(missedStructures(benchmark)).toEqual(
      ['one', 'two'].map((id) => `Missed: Block of ${id} with failing. The network gave up.`),
    )
  })
})
