import path from 'node:path'
import { expect, test } from 'vitest'
import { listSeries } from '../../../../src/engine/dicom/listSeries.js'
import { PATIENT, SERIES_UID, sliceAt, writeSlices, type SliceFacts } from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const slices = (count: number, facts: SliceFacts): SliceFacts[] =>
  Array.from({ length: count }, (_, z) => sliceAt(z, facts))

test('lists every series with the reason why it is left out, and nothing about the patient', async () => {
  const folder = path.join(top, 'all')
  const kinds: readonly SliceFacts[] = [
    { seriesNumber: 1, seriesUid: '1.2.1', imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' },
    { seriesNumber: 2, seriesUid: SERIES_UID },
    { seriesNumber: 3, seriesUid: '1.2.3', modality: 'PT' },
    { seriesNumber: 4, seriesUid: '1.2.4', modality: 'SR', stored: null, position: null },
    { seriesNumber: 5, seriesUid: '1.2.5', sopClassUid: '1.2.840.10008.5.1.4.1.1.7' },
    { seriesNumber: 6, seriesUid: '1.2.6', bits: 8 },
  ]
  for (const [index, facts] of kinds.entries()) writeSlices(path.join(folder, `${index}`), slices(2, facts))
  const listed = await listSeries(folder)
  expect(listed.map(({ number, leftOut }) => [number, leftOut])).toEqual([
    [1, 'localizer'],
    [2, null],
    [3, 'otherModality'],
    [4, 'otherModality'],
    [5, 'secondaryCapture'],
    [6, 'eightBits'],
  ])
  expect(listed[1]).toEqual({
    number: 2,
    description: 'Thorax',
    modality: 'CT',
    slices: 2,
    pixels: [6, 5],
    spacingMm: [0.5, 0.75, 2.5],
    uidEnd: '8.1001',
    leftOut: null,
    problem: null,
  })
  const text = JSON.stringify(listed)
  for (const secret of [...Object.values(PATIENT), SERIES_UID]) expect(text).not.toContain(secret)
})

test('tells series of one UID apart by direction and by overlapping acquisitions', async () => {
  const folder = path.join(top, 'apart')
  const coronal = { orientation: [1, 0, 0, 0, 0, -1] }
  writeSlices(folder, [
    ...slices(3, { acquisition: 1 }),
    ...slices(3, { acquisition: 2 }),
    ...[0, 1].map((z) => sliceAt(z, { ...coronal, position: [0, z, 0] })),
  ])
  const listed = await listSeries(folder)
  expect(listed.map((series) => series.slices).sort()).toEqual([2, 3, 3])
})

test('keeps acquisitions together that follow each other, and patients apart', async () => {
  const following = path.join(top, 'following')
  writeSlices(
    following,
    [0, 1, 2, 3].map((z) => sliceAt(z, { acquisition: z })),
  )
  expect((await listSeries(following)).map((series) => series.slices)).toEqual([4])
  const patients = path.join(top, 'patients')
  writeSlices(
    patients,
    [0, 1, 2, 3].map((z) => sliceAt(z, { patient: z < 2 ? 'A' : 'B' })),
  )
  expect((await listSeries(patients)).map((series) => series.slices)).toEqual([2, 2])
})

test('says of a CT series what is wrong with it', async () => {
  const folder = path.join(top, 'gap')
  writeSlices(
    folder,
    [0, 1, 3].map((z) => sliceAt(z)),
  )
  expect((await listSeries(folder))[0].problem).toMatch(/lacks a slice/)
})
