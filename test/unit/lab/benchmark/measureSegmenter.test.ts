import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findDataset } from '../../../../src/lab/benchmark/labelledDataset.js'
import { measureSegmenter } from '../../../../src/lab/benchmark/measureSegmenter.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { fakeSegmenter } from '../../../support/fakeSegmenter.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()

/** Two scans with an organ that is a block, so that a mask that is its box is nearly right; one was drawn in another storage order. */
async function blocks(): Promise<string> {
  const data = path.join(folder, 'dev')
  await mkdir(data)
  const size = [40, 32, 12] as const
  const labels = new Int16Array(size[0] * size[1] * size[2])
  for (let z = 3; z < 9; z++)
    for (let y = 8; y < 24; y++) for (let x = 6; x < 26; x++) labels[(z * size[1] + y) * size[0] + x] = 1
  const affine = [4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1] as const
  for (const id of ['a', 'b']) {
    await writeScan(path.join(data, `${id}_ct.nii.gz`), {
      data: labels.map((value) => (value === 1 ? 60 : -900)),
      size,
      affine,
    })
    const mirrored = labels.map((_, i) => labels[i - 2 * (i % size[0]) + size[0] - 1])
    await writeScan(
      path.join(data, `${id}_seg.nii.gz`),
      id === 'a'
        ? { data: labels, size, affine }
        : { data: mirrored, size, affine: [-4, 0, 0, 4 * (size[0] - 1), 0, 4, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1] },
    )
  }
  await writeFile(path.join(data, 'labels.json'), JSON.stringify({ labels: { 1: 'Block', 2: 'Absent' } }))
  return data
}

describe('measuring a segmenter', () => {
  it('times it, and scores its masks inside boxes a person would have drawn', async () => {
    const segmenter = fakeSegmenter()
    let released = false
    const open = (): Promise<typeof segmenter> =>
      Promise.resolve({
        ...segmenter,
        release: () => {
          released = true
          return Promise.resolve()
        },
      })
    const seen: number[] = []
    const measured = await measureSegmenter(
      open,
      { dataset: await findDataset(await blocks()), scans: 5, sliceStep: 1 },
      (done) => seen.push(done),
    )
    expect(measured).toMatchObject({ provider: 'cpu', providerNote: null, scans: 2 })
    // Walls are drawn up to 20 of 1024 pixels too far out, so the box is a little too large and never too small.
    expect(measured.dice).toBeGreaterThan(0.9)
    expect(measured.dice).toBeLessThanOrEqual(1)
    expect(measured.encodeMs).toBeGreaterThanOrEqual(0)
    expect(measured.peakMb).toBeGreaterThan(10)
    expect(seen).toEqual([0, 1, 2])
    // One warm-up and ten timed runs, then one slice after the other: six of them hold the organ, in each scan.
    expect(segmenter.images).toHaveLength(11 + 12)
    expect(released).toBe(true)
  })

  it('measures no masks without data', async () => {
    expect(await measureSegmenter(() => Promise.resolve(fakeSegmenter()), null)).toMatchObject({ dice: null, scans: 0 })
  })
})
