import path from 'node:path'
import { expect, test } from 'vitest'
import { openableSeries } from '../../../../src/engine/dicom/openableSeries.js'
import { sliceAt, writeSlices, type SliceFacts } from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const slices = (count: number, facts: SliceFacts = {}): SliceFacts[] =>
  Array.from({ length: count }, (_, z) => sliceAt(count - 1 - z, facts))

test('Series of a folder come with the slice that opens them, or with why none does', async () => {
  const [, , lowest] = writeSlices(path.join(top, 'thorax'), slices(3))
  writeSlices(path.join(top, 'scout'), slices(1, { seriesUid: '1.2.1', seriesNumber: 1 }))
  writeSlices(path.join(top, 'mr'), slices(2, { seriesUid: '1.2.3', seriesNumber: 3, modality: 'MR' }))
  const gaps = [0, 1, 3].map((z) => sliceAt(z, { seriesUid: '1.2.4', seriesNumber: 4 }))
  writeSlices(path.join(top, 'gaps'), gaps)
  const apart = [0, 1, 2, 3].map((z) => sliceAt(z, { seriesUid: '1.2.5', seriesNumber: 5 }))
  writeSlices(path.join(top, 'apart/a'), apart.slice(0, 2))
  writeSlices(path.join(top, 'apart/b'), apart.slice(2))
  const series = await openableSeries(top)
  expect(series.map(({ file }) => file)).toEqual([null, lowest, null, null, null])
  expect(series[1]).toMatchObject({ description: 'Thorax', modality: 'CT', slices: 3, spacingMm: [0.5, 0.75, 2.5] })
  expect(series.map(({ problem }) => problem)).toEqual([
    'a single slice',
    null,
    'not CT',
    expect.stringMatching(/lacks a slice/),
    'its slices lie in 2 folders: put them into one',
  ])
})
