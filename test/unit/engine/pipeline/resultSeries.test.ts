import path from 'node:path'
import { expect, test } from 'vitest'
import { findSeries } from '../../../../src/engine/dicom/findSeries.js'
import { resultSeries } from '../../../../src/engine/pipeline/resultSeries.js'
import { PATIENT, sliceAt, writeSlices } from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const folder = path.join(top, 'ct')
writeSlices(
  folder,
  [0, 1, 2].map((z) => sliceAt(z)),
)

test('A run that writes DICOM objects knows the series that they refer to', async () => {
  const series = await resultSeries({ scanPath: folder, write: ['seg'] }, await findSeries(folder))
  expect(series?.images.length).toBe(3)
  expect(series?.identity.patientId).toBe(PATIENT.id)
})

test('Other formats need none', async () => {
  expect(await resultSeries({ scanPath: folder, write: ['seg.nrrd'] }, null)).toBeNull()
  expect(await resultSeries({ scanPath: 'a.nii.gz' }, null)).toBeNull()
})

test('A scan that is not DICOM has none, which is said before the work', async () => {
  await expect(resultSeries({ scanPath: 'a.nii.gz', write: ['rtstruct'] }, null)).rejects.toMatchObject({
    kind: 'usage',
    message: /^DICOM RTSTRUCT refers to the slices of a DICOM series, and a\.nii\.gz is none/,
  })
})
