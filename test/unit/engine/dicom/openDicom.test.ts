import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findSeries, seriesAt } from '../../../../src/engine/dicom/findSeries.js'
import { resultStem } from '../../../../src/engine/dicom/resultStem.js'
import { openImage } from '../../../../src/engine/scanFiles/openImage.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { hashScan } from '../../../../src/engine/scanFiles/hashScan.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import {
  dicomFile,
  GRID,
  PATIENT,
  RLE_LOSSLESS,
  SERIES_UID,
  sliceAt,
  storedAt,
  writeSlices,
  type SliceFacts,
} from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const at = (name: string): string => path.join(top, name)
const slices = (count: number, facts: SliceFacts = {}): SliceFacts[] =>
  Array.from({ length: count }, (_, z) => sliceAt(z, facts))

async function refusal(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MedlsamError)) throw new Error('expected an error of ours', { cause: error })
  expect(error.message).toMatch(/^[^\n]+[.]$/)
  return error
}

/** HU of the slices of {@link sliceAt}, in the order of a volume. */
function expectedHu(count: number, huOf: (stored: number, z: number) => number = (stored) => stored - 1024): number[] {
  const { columns, rows } = GRID
  return Array.from({ length: columns * rows * count }, (_, i) => {
    const z = Math.floor(i / (columns * rows))
    return huOf(storedAt(i % columns, Math.floor(i / columns) % rows, z), z)
  })
}

describe('A folder of DICOM slices is a scan', () => {
  test('in the order of positions, whatever the names, folders and other files', async () => {
    const folder = at('study')
    const order = [3, 0, 2, 1]
    writeSlices(
      path.join(folder, 'a/b'),
      order.map((z) => sliceAt(z)),
      (index) => `${9 - index}`,
    )
    writeFileSync(path.join(folder, 'README.txt'), 'notes')
    writeFileSync(path.join(folder, 'DICOMDIR'), dicomFile({ sopClassUid: '1.2.840.10008.1.3.10', stored: null }))
    const scan = await readScan(folder)
    expect(scan.size).toEqual([GRID.columns, GRID.rows, 4])
    // LPS becomes RAS; columns are 0.5 mm apart, rows 0.75 mm.
    expect(scan.affine).toEqual([-0.5, 0, 0, 100, 0, -0.75, 0, 90, 0, 0, GRID.stepMm, 30, 0, 0, 0, 1])
    expect([...scan.data]).toEqual(expectedHu(4))
    expect(scan.data).toBeInstanceOf(Int16Array)
    expect(scan.path).toBe(folder)
    expect(scan.warnings).toEqual([])
  })

  test('with its hash, which the names of the files do not change', async () => {
    writeSlices(at('names1'), slices(3), (index) => `a${index}.dcm`)
    writeSlices(at('names2'), slices(3), (index) => `z${9 - index}`)
    const hash = await hashScan(at('names1'))
    expect(await hashScan(at('names2'))).toBe(hash)
    expect((await readScan(at('names1'))).sha256).toBe(hash)
  })

  test('also named by one of its files', async () => {
    const [file] = writeSlices(at('one'), slices(3), (index) => `s${index}.dcm`)
    expect((await openImage(file)).size).toEqual([GRID.columns, GRID.rows, 3])
  })

  test('whose slices have a rescale each, and signed values', async () => {
    const facts = slices(3).map((slice, z) => ({ ...slice, intercept: -1024 - z, isSigned: true }))
    writeSlices(at('rescale'), facts)
    const scan = await readScan(at('rescale'))
    expect([...scan.data]).toEqual(expectedHu(3, (stored, z) => stored - 1024 - z))
  })

  test('whose slope is a fraction', async () => {
    writeSlices(at('fraction'), slices(2, { slope: 1.5, intercept: -1000 }))
    const scan = await readScan(at('fraction'))
    expect([...scan.data]).toEqual(expectedHu(2, (stored) => stored * 1.5 - 1000))
  })

  test('whose padding is air where it can be no CT', async () => {
    const stored = sliceAt(0).stored?.map((value, i) => (i === 0 ? -2000 : value)) ?? []
    const facts = { isSigned: true, paddingValue: -2000 }
    writeSlices(at('padding'), [sliceAt(0, { ...facts, stored }), sliceAt(1, facts)])
    const { data } = await readScan(at('padding'))
    expect([data[0], data[1]]).toEqual([-1000, -1000])
    expect(data[4]).toBe(storedAt(4, 0, 0) - 1024)
  })

  test('packed with RLE', async () => {
    writeSlices(at('rle'), slices(2, { transferSyntaxUid: RLE_LOSSLESS }))
    expect([...(await readScan(at('rle'))).data]).toEqual(expectedHu(2))
  })

  test('of coronal images', async () => {
    const facts = [0, 1].map((z) => sliceAt(z, { orientation: [1, 0, 0, 0, 0, -1], position: [0, 2 * z, 0] }))
    writeSlices(at('coronal'), facts)
    expect((await openImage(at('coronal'))).affine).toEqual([-0.5, 0, 0, 0, 0, 0, -2, 0, 0, -0.75, 0, 0, 0, 0, 0, 1])
  })

  test('of a tilted gantry, moved upright with a warning', async () => {
    // Each slice begins a row (0.75 mm) further back, and shows the same place a row further up.
    const facts = [0, 1, 2].map((z) => {
      const stored = Array.from({ length: 30 }, (_, i) => (Math.floor(i / 6) === 2 - z ? 1100 : 24))
      return sliceAt(z, { position: [0, 0.75 * z, 2 * z], stored })
    })
    writeSlices(at('tilted'), facts)
    const scan = await readScan(at('tilted'))
    expect(scan.size).toEqual([6, 7, 3])
    expect(scan.affine).toEqual([-0.5, 0, 0, 0, 0, -0.75, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1])
    const rows = [0, 1, 2].map((z) => [0, 1, 2, 3, 4, 5, 6].filter((y) => scan.data[6 * (y + 7 * z)] === 76))
    expect(rows).toEqual([[2], [2], [2]])
    expect(scan.warnings.join()).toMatch(/tilted by 20\.6 degrees/)
  })

  test('whose other images of the series are said', async () => {
    writeSlices(at('stray'), [...slices(3), sliceAt(3, { rows: 4, columns: 4 })])
    const { size, warnings } = await openImage(at('stray'))
    expect(size[2]).toBe(3)
    expect(warnings.join()).toMatch(/1 images of the same series .* another size/)
  })
})

describe('A series is refused with one sentence when', () => {
  const REFUSED: readonly (readonly [string, readonly SliceFacts[], RegExp])[] = [
    ['a slice is missing', [0, 1, 2, 4, 5].map((z) => sliceAt(z)), /lacks a slice, the first after slice 3 of 5/],
    ['most slices are missing', [0, 3, 4, 8].map((z) => sliceAt(z)), /lacks 5 slices, the first after slice 1 of 4/],
    ['a slice is doubled', [0, 1, 1, 2].map((z) => sliceAt(z)), /doubled slices: .*IM1 and .*IM2/],
    ['distances are uneven', [0, 1, 2.3, 3.3].map((z) => sliceAt(z)), /uneven distances, 3\.25 mm after slice 2/],
    ['it is one slice', slices(1), /one slice only/],
    ['pixels differ in size', [sliceAt(0), sliceAt(1, { pixelSpacing: [1, 1] })], /pixels of different sizes/],
    ['it is MR', slices(3, { modality: 'MR' }), /no CT series .*MR.*\(not CT\)/],
    ['it is a localizer', slices(2, { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }), /\(localizer\)/],
    ['it is coloured', slices(2, { samples: 3, bits: 8, stored: Array<number>(90).fill(0) }), /\(picture in colours\)/],
    ['it has several frames', slices(2, { frames: 2 }), /several frames/],
    ['it has no position', slices(2, { position: null }), /no position/],
    [
      'it is compressed in an unknown way',
      slices(2, { transferSyntaxUid: '1.2.840.10008.1.2.4.201' }),
      /cannot be decoded/,
    ],
  ]
  test.each(REFUSED)('%s', async (name, facts, cause) => {
    const folder = at(name.replaceAll(' ', '-'))
    writeSlices(folder, facts)
    const error = await refusal(openImage(folder))
    expect(error.kind).toBe('input')
    expect(error.message).toMatch(cause)
    for (const secret of Object.values(PATIENT)) expect(error.message).not.toContain(secret)
  })

  test('a file is cut off, in its pixels or its header', async () => {
    const files = writeSlices(at('cut'), slices(3))
    const whole = readFileSync(files[1])
    writeFileSync(files[1], whole.subarray(0, whole.length - 10))
    expect((await refusal(openImage(at('cut')))).message).toMatch(/IM1 is cut off/)
    mkdirSync(at('cut-header'))
    writeFileSync(path.join(at('cut-header'), 'a.dcm'), whole.subarray(0, 300))
    expect((await refusal(openImage(path.join(at('cut-header'), 'a.dcm')))).message).toMatch(/damaged or cut off/)
  })

  test('packed pixels are cut off or damaged', async () => {
    const files = writeSlices(at('cut-rle'), slices(2, { transferSyntaxUid: RLE_LOSSLESS }))
    const whole = readFileSync(files[1])
    writeFileSync(files[1], whole.subarray(0, whole.length - 40))
    expect((await refusal(readScan(at('cut-rle')))).message).toMatch(/IM1 (cannot be decoded|is cut off)/)
  })

  test('it is not DICOM', async () => {
    writeFileSync(at('x.dcm'), 'text')
    expect((await refusal(openImage(at('x.dcm')))).message).toMatch(/x\.dcm is not DICOM/)
    mkdirSync(at('texts'))
    writeFileSync(path.join(at('texts'), 'a.txt'), 'text')
    expect((await refusal(openImage(at('texts')))).message).toMatch(/1 file, but no DICOM/)
  })

  test('it needs more memory than is allowed', async () => {
    writeSlices(at('large'), slices(2))
    const error = await refusal(readScan(at('large'), { maxBytes: 100 }))
    expect(error.remedy).toEqual({ option: 'maxBytes', needsBytes: 120 })
  })
})

describe('Of several series', () => {
  const folder = at('several')
  const other = '1.2.826.0.1.3680043.8.498.2002'
  writeSlices(path.join(folder, 'first'), slices(3))
  writeSlices(path.join(folder, 'second'), slices(2, { seriesUid: other, seriesNumber: 3, description: 'Abdomen' }))
  writeSlices(path.join(folder, 'mr'), slices(2, { seriesUid: '1.2.3.4', modality: 'MR', seriesNumber: 1 }))

  test('one must be chosen, and all are named', async () => {
    const error = await refusal(openImage(folder))
    expect(error.remedy).toEqual({ option: 'series' })
    expect(error.message).toMatch(
      /holds 2 CT series: 2\. "Thorax", CT, 3 images of 6 x 5, 2\.50 mm apart, UID …8\.1001/,
    )
    expect(error.message).toContain('3. "Abdomen", CT, 2 images')
    expect(error.message).not.toContain(SERIES_UID)
  })

  test('it is chosen by number, UID, end of the UID, or a file', async () => {
    for (const wanted of ['3', other, '.2002']) expect((await openImage(folder, { series: wanted })).size[2]).toBe(2)
    expect((await openImage(path.join(folder, 'second', 'IM0'))).size[2]).toBe(2)
    expect((await refusal(openImage(folder, { series: '9' }))).kind).toBe('usage')
    expect((await refusal(openImage(folder, { series: '1' }))).message).toMatch(/not CT/)
  })

  test('results lie beside the folder, with a number where there are several', async () => {
    expect(resultStem(await findSeries(folder), '3')).toBe(`${folder}_series3`)
    expect(resultStem(await findSeries(path.join(folder, 'second')))).toBe(path.join(folder, 'second'))
    expect(resultStem(await findSeries(`${path.join(folder, 'second')}/`))).toBe(path.join(folder, 'second'))
    expect(resultStem(await findSeries(path.join(folder, 'second', 'IM1')))).toBe(path.join(folder, 'second'))
    expect(await seriesAt(at('missing'))).toBeNull()
  })
})
