import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeDicom, type DicomFacts } from '../../../../../src/engine/dicom/objects/encodeDicom.js'
import { readDicomLabels } from '../../../../../src/engine/dicom/objects/readDicomLabels.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const top = tempFolder()
/** 1 mm voxels from the origin, in LPS along the axes of the array. */
const GRID = { size: [10, 8, 4], affine: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] } as const

interface Contour {
  readonly type?: string
  readonly points: readonly (readonly [number, number, number])[]
}

/** A square of an axial slice, in LPS mm. */
function square(from: number, to: number, z: number): Contour['points'] {
  return [
    [from, from, z],
    [to, from, z],
    [to, to, z],
    [from, to, z],
  ]
}

let count = 0
/** Writes an RTSTRUCT as other programs do; each structure has some contours. */
function writeStructures(rois: Readonly<Record<string, readonly Contour[]>>, firstNumber = 11): string {
  const names = Object.keys(rois)
  return write({
    Modality: 'RTSTRUCT',
    StructureSetROISequence: names.map((name, index) => ({ ROINumber: index + firstNumber, ROIName: name })),
    ROIContourSequence: names.map((name, index) => ({
      ReferencedROINumber: index + firstNumber,
      ROIDisplayColor: [255, 0, 16],
      ContourSequence: rois[name].map(({ type = 'CLOSED_PLANAR', points }) => ({
        ContourGeometricType: type,
        NumberOfContourPoints: points.length,
        ContourData: points.flat().map(String),
      })),
    })),
  })
}

function write(facts: DicomFacts): string {
  const file = path.join(top, `${count++}.dcm`)
  writeFileSync(file, encodeDicom({ SOPClassUID: '1.2.3', SOPInstanceUID: '1.2.3.4', ...facts }))
  return file
}

/** Voxels of a value in a slice, row by row. */
async function sliceOf(file: string, z: number): Promise<string[]> {
  const read = await readDicomLabels(file, GRID)
  return Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: 10 }, (_value, x) => read?.data[x + 10 * (y + 8 * z)]).join(' '),
  )
}

describe('An RTSTRUCT is a label map', () => {
  test('with a value of its own for each structure, whatever their numbers', async () => {
    const contours = [{ points: square(1.5, 4.5, 1) }]
    const read = await readDicomLabels(writeStructures({ Liver: contours, Spleen: contours, Heart: contours }, 0), GRID)
    expect(read?.structures.map(({ name, labelValue }) => [name, labelValue])).toEqual([
      ['Spleen', 1],
      ['Heart', 2],
      ['Liver', 3],
    ])
  })

  test('with the numbers, names and colours of its structures', async () => {
    const file = writeStructures({
      Liver: [{ points: square(1.5, 4.5, 1) }],
      Spleen: [{ points: square(5.5, 6.5, 2) }],
    })
    const read = await readDicomLabels(file, GRID)
    expect(read?.structures).toEqual([
      { name: 'Liver', labelValue: 11, color: '#ff0010' },
      { name: 'Spleen', labelValue: 12, color: '#ff0010' },
    ])
    expect(read?.data.filter((value) => value === 11).length).toBe(9)
    expect((await sliceOf(file, 2))[6]).toBe('0 0 0 0 0 0 12 0 0 0')
  })

  test('with several contours a slice, and holes', async () => {
    const file = writeStructures({
      Liver: [
        { points: square(0.5, 4.5, 1) },
        { points: square(1.5, 2.5, 1), type: 'CLOSEDPLANAR_XOR' },
        { points: square(5.5, 6.5, 1) },
      ],
    })
    const lines = await sliceOf(file, 1)
    expect(lines.slice(1, 4)).toEqual(['0 11 11 11 11 0 0 0 0 0', '0 11 0 11 11 0 0 0 0 0', '0 11 11 11 11 0 0 0 0 0'])
    expect(lines[6]).toBe('0 0 0 0 0 0 11 0 0 0')
  })

  test('in which a smaller structure is cut out of a larger one, and that is said', async () => {
    const file = writeStructures({ Liver: [{ points: square(2.5, 3.5, 1) }], Body: [{ points: square(0.5, 6.5, 1) }] })
    const read = await readDicomLabels(file, GRID)
    expect((await sliceOf(file, 1))[3]).toBe('0 12 12 11 12 12 12 0 0 0')
    expect(read?.warnings).toEqual(['Smaller structures were cut out of Body, since a voxel has one label.'])
  })

  test('without points and open lines, which is said', async () => {
    const file = writeStructures({
      Liver: [{ points: square(1.5, 4.5, 1) }],
      Isocentre: [{ type: 'POINT', points: [[1, 1, 1]] }],
    })
    const read = await readDicomLabels(file, GRID)
    expect(read?.structures.map(({ name }) => name)).toEqual(['Liver'])
    expect(read?.warnings.join()).toContain('Isocentre')
  })

  test('but not where contours are no axial ones', async () => {
    const coronal = square(1, 3, 2).map(([x, y, z]) => [x, z, y] as const)
    const file = writeStructures({ Liver: [{ points: coronal }] })
    await expect(readDicomLabels(file, GRID)).rejects.toMatchObject({ kind: 'input', message: /axial/ })
  })

  test('but not where nothing of it lies on the scan', async () => {
    const file = writeStructures({ Liver: [{ points: square(1, 3, 99) }] })
    await expect(readDicomLabels(file, GRID)).rejects.toMatchObject({ kind: 'input', message: /on the scan/ })
  })
})

describe('A DICOM SEG is a label map', () => {
  /** One frame of 3 x 2 pixels with its second pixel set. */
  function segmentation(facts: DicomFacts, position = '4\\3\\2'): string {
    return write({
      Modality: 'SEG',
      Rows: 2,
      Columns: 3,
      BitsAllocated: 1,
      SegmentationType: 'BINARY',
      SegmentSequence: [{ SegmentNumber: 5, SegmentLabel: 'Liver' }],
      SharedFunctionalGroupsSequence: [
        {
          PlaneOrientationSequence: [{ ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'] }],
          PixelMeasuresSequence: [{ PixelSpacing: ['1', '1'] }],
        },
      ],
      PerFrameFunctionalGroupsSequence: [
        {
          PlanePositionSequence: [{ ImagePositionPatient: position.split('\\') }],
          SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 5 }],
        },
      ],
      PixelData: new Uint8Array([0b10, 0]).buffer,
      ...facts,
    })
  }

  test('where it covers a part of the scan', async () => {
    const read = await readDicomLabels(segmentation({}), GRID)
    expect(read?.structures.map(({ name, labelValue }) => [name, labelValue])).toEqual([['Liver', 5]])
    expect([...(read?.data ?? [])].flatMap((value, i) => (value === 5 ? [i] : []))).toEqual([5 + 10 * (3 + 8 * 2)])
  })

  test('of fractions, from one half on', async () => {
    const fractions = new Uint8Array([49, 50, 100, 0, 0, 0]).buffer
    const facts = {
      SegmentationType: 'FRACTIONAL',
      MaximumFractionalValue: 100,
      BitsAllocated: 8,
      PixelData: fractions,
    }
    const read = await readDicomLabels(segmentation(facts), GRID)
    expect(read?.data.filter((value) => value === 5).length).toBe(2)
  })

  test.each([
    ['another grid', {}, '4.4\\3\\2', /voxels of the scan/],
    ['a place outside of the scan', {}, '9\\3\\2', /voxels of the scan/],
    ['pixels that are cut off', { Rows: 8, Columns: 10 }, '0\\0\\2', /cut off/],
  ])('but not with %s', async (_what, facts: DicomFacts, position, message) => {
    await expect(readDicomLabels(segmentation(facts, position), GRID)).rejects.toMatchObject({ kind: 'input', message })
  })
})

test('Other DICOM is no label map, and other files are left to others', async () => {
  await expect(readDicomLabels(write({ Modality: 'CT' }), GRID)).rejects.toMatchObject({ kind: 'input' })
  const text = path.join(top, 'notes.txt')
  writeFileSync(text, 'notes')
  expect(await readDicomLabels(text, GRID)).toBeNull()
})
