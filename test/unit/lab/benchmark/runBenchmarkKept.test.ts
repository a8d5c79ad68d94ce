import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { templateScanPath } from '../../../../src/shared/node/templateSetPaths.js'
import {
  BLOCK_OPTIONS,
  bytes,
  data,
  folder,
  model,
  run,
  segmenter,
  useBlockDataset,
  writeTruth,
} from '../../../support/blockBenchmark.js'

useBlockDataset()

describe('what a benchmark keeps', () => {
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
    expect(existsSync(path.join(folder, 'stopped/cases/one/masks-automatic-fake.json'))).toBe(true)
    const whole = await run('stopped')
    const runs = [segmenter.boxes.length, model.position.runs, model.features.runs]
    const again = await run('stopped')
    expect(again).toEqual(whole)
    expect([segmenter.boxes.length, model.position.runs, model.features.runs]).toEqual(runs)
    expect(again.cases.map(({ id }) => id)).toEqual(['one', 'two'])
  })

  it('scores a new truth without running a network again', async () => {
    await run('redrawn')
    const runs = segmenter.boxes.length
    try {
      await writeTruth('two', 8)
      const { cases } = await run('redrawn', { segmenters: ['fake'] })
      expect(cases[1].results.find(({ variant }) => variant === 'automatic')?.deploy[0].dice).toBeLessThan(0.9)
      // Only boxes of the truth are new: its slices, with manual and with exact boxes.
      expect(segmenter.boxes.length - runs).toBeLessThan(40)
    } finally {
      await writeTruth('two', 0)
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

  it('finds boxes once, however they are segmented and whichever of them are wanted', async () => {
    const labels = path.join(folder, 'both.json')
    writeFileSync(labels, '{"labels": {"3": "Block", "4": "Other"}}')
    expect((await run('steps', { labels })).structures.map(({ name }) => name)).toEqual(['Block', 'Other'])
    const runs = model.position.runs
    const before = bytes('steps', 'one/boxes-automatic.json')
    const { cases, structures } = await run('steps', {
      labels,
      run: { ...BLOCK_OPTIONS, sliceStep: 3 },
      structures: ['Other', 'other'],
      cases: ['one', 'one'],
    })
    expect(model.position.runs).toBe(runs)
    expect(bytes('steps', 'one/boxes-automatic.json')).toEqual(before)
    // Whoever names something twice means it once.
    expect(structures.map(({ name }) => name)).toEqual(['Other'])
    expect(cases[0].results[0].structures.map(({ name }) => name)).toEqual(['Other'])
    expect(cases.map(({ id }) => id)).toEqual(['one'])
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
})
