import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { seriesStem, seriesVolume } from '../../../../../src/engine/dicom/cache/seriesVolume.js'
import { readScan } from '../../../../../src/engine/scanFiles/readScan.js'
import type { SeriesVolume } from '../../../../../src/protocol/rpc.js'
import {
  dicomFile,
  PATIENT,
  SERIES_UID,
  sliceAt,
  writeSlices,
  type SliceFacts,
} from '../../../../support/dicomFixture.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const top = tempFolder()
const cacheFolder = path.join(top, 'cache')
const at = (name: string): string => path.join(top, name)
const slices = (count: number, facts: SliceFacts = {}): SliceFacts[] =>
  Array.from({ length: count }, (_, z) => sliceAt(z, facts))
const volumeOf = (scanPath: string): Promise<SeriesVolume> =>
  seriesVolume({ scanPath, cacheFolder, cacheBytes: 2 ** 30, maxBytes: 2 ** 30 })

describe('The volume of a series', () => {
  test('has the HU and the place that the engine reads', async () => {
    const [file] = writeSlices(at('plain'), slices(3))
    const { volumePath, stem, warnings } = await volumeOf(file)
    const [shown, read] = [await readScan(volumePath), await readScan(file)]
    expect(shown.data).toEqual(read.data)
    expect(shown.size).toEqual(read.size)
    expect(shown.affine).toEqual(read.affine)
    expect(stem).toBe(at('plain'))
    expect(warnings).toEqual([])
  })

  test('is made once, and anew when a slice is another', async () => {
    const files = writeSlices(at('again'), slices(3))
    const first = await volumeOf(files[0])
    const madeAt = readFileSync(first.volumePath)
    expect((await volumeOf(files[2])).volumePath).toBe(first.volumePath)
    expect(readFileSync(first.volumePath)).toEqual(madeAt)
    // The same header and size, other pixels.
    writeFileSync(files[1], dicomFile(sliceAt(1, { stored: sliceAt(2).stored ?? [] })))
    const second = await volumeOf(files[0])
    expect(second.volumePath).not.toBe(first.volumePath)
    expect((await readScan(second.volumePath)).data).toEqual((await readScan(files[0])).data)
  })

  test('says nothing of the patient, in its name and its bytes', async () => {
    const [file] = writeSlices(at('Secret^Patricia'), slices(2))
    const { volumePath } = await volumeOf(file)
    expect(path.basename(volumePath)).toMatch(/^[0-9a-f]{64}\.nii\.gz$/)
    const bytes = gunzipSync(readFileSync(volumePath)).toString('latin1')
    for (const secret of [...Object.values(PATIENT), SERIES_UID, 'Thorax', top]) expect(bytes).not.toContain(secret)
    for (const name of readdirSync(cacheFolder)) expect(name).toMatch(/^[0-9a-f]{64}\.nii\.gz$/)
  })

  test('tells how many slices were read, and stops', async () => {
    const [file] = writeSlices(at('stopped'), slices(4))
    const told: (readonly number[])[] = []
    const request = { scanPath: file, cacheFolder, cacheBytes: 2 ** 30, maxBytes: 2 ** 30 }
    const before = readdirSync(cacheFolder)
    await expect(seriesVolume(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' })
    expect(readdirSync(cacheFolder)).toEqual(before)
    await seriesVolume(request, { onSlices: (done, total) => told.push([done, total]) })
    expect(told[0]).toEqual([0, 4])
  })

  test('is refused before a pixel is read where it is too large', async () => {
    const [file] = writeSlices(at('large'), slices(2))
    const refused = seriesVolume({ scanPath: file, cacheFolder, cacheBytes: 2 ** 30, maxBytes: 100 })
    await expect(refused).rejects.toMatchObject({ remedy: { option: 'maxBytes', needsBytes: 120 } })
  })

  test('begins the names of results with its number, where a folder holds several', async () => {
    writeSlices(at('two'), slices(3))
    const other = { seriesUid: '1.2.3.4', seriesNumber: 7 }
    const [file] = writeSlices(at('two'), slices(2, other), (index) => `other${index}`)
    expect(await seriesStem(file)).toBe(`${at('two')}_series2`)
    expect((await volumeOf(file)).stem).toBe(`${at('two')}_series2`)
  })
})

describe('A file that is no slice of a CT scan is refused with one sentence', () => {
  test.each([
    ['SEG', /is no slice of a CT scan \(segments that were drawn on one, SEG\): name a slice of the scan\.$/],
    ['RTSTRUCT', /\(contours that were drawn on one, RTSTRUCT\)/],
    ['SR', /\(a report, SR\)/],
    ['MR', /\(MR\)/],
    ['XA', /\(DICOM of the kind XA\)/],
  ])('%s', async (modality, cause) => {
    const file = at(`${modality}.dcm`)
    writeFileSync(file, dicomFile(sliceAt(0, { modality, stored: modality === 'MR' ? [] : null })))
    await expect(seriesStem(file)).rejects.toThrow(cause)
  })

  test('what is not DICOM at all', async () => {
    writeFileSync(at('text.dcm'), 'text')
    await expect(seriesStem(at('text.dcm'))).rejects.toThrow(/text\.dcm is not DICOM, whatever its name says/)
  })
})
