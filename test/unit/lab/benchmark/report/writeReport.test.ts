import { readFileSync } from 'node:fs'
import path from 'node:path'
import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { LINE_COLORS } from '../../../../../src/lab/benchmark/report/caseImage.js'
import { writeReport } from '../../../../../src/lab/benchmark/report/writeReport.js'
import { placeOnGrid } from '../../../../../src/engine/labels/placeOnGrid.js'
import { readLabelMap } from '../../../../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../../../../src/engine/scanFiles/writeLabelMap.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'
import { SIZE, data, folder, run, useBlockDataset, writeTruth } from '../../../../support/blockBenchmark.js'

useBlockDataset()

describe('the report of a benchmark', () => {
  it('makes a report that needs no other file and no network', async () => {
    const benchmark = await run('plain')
    await writeReport(path.join(folder, 'plain'), benchmark, 'deploy')
    const html = readFileSync(path.join(folder, 'plain/report.html'), 'utf8')
    expect(html).not.toMatch(/(src|href)="(?!data:)/)
    expect(html.match(/<svg/g)).toHaveLength(5)
    expect(html.match(/<table class="sortable"/g)?.length).toBeGreaterThanOrEqual(4)
    expect(html).toContain('Block, worst: DSC')
    const images = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, text]) =>
      decode(Buffer.from(text, 'base64')),
    )
    expect(images).toHaveLength(2)
    // The lines of the true and the predicted organ and of the box are in both halves of each image.
    for (const { data: pixels, width, height, channels } of images) {
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

  it('shows and measures a truth in another storage order as what it is', async () => {
    const file = path.join(data, 'two_seg.nii.gz')
    await run('stored')
    await writeReport(path.join(folder, 'stored'), await run('stored'), 'deploy')
    const straight = readFileSync(path.join(folder, 'stored/report.html'), 'utf8')
    try {
      const truth = await readLabelMap(file)
      const affine = orientedAffine(ORIENTATIONS[7], SIZE, [4, 4, 5])
      const { labels } = placeOnGrid(truth, { size: SIZE, affine }, 'a', 'b', false)
      await writeLabelMap(file, labels, { niftiHeader: null, size: SIZE, affine }, [])
      await writeReport(path.join(folder, 'stored'), await run('stored'), 'deploy')
      expect(readFileSync(path.join(folder, 'stored/report.html'), 'utf8')).toBe(straight)
    } finally {
      await writeTruth('two', 0)
    }
  })
})
