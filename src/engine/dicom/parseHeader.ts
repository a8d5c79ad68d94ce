import type { PointMm } from '../../shared/geometry/points.js'
import { scale } from '../../shared/geometry/vector.js'
import { numbersOf, parseBeforePixels, pixelElement, textOf, wordsOf, type DataSet } from './dataSet.js'
import type { Orientation, PixelPlace, SliceHeader } from './sliceHeader.js'

/** Direction cosines are written with few digits. */
const LENGTH_TOLERANCE = 0.01

/** A file's header as it could be read from its first bytes. */
export interface ParsedHeader {
  readonly header: SliceHeader
  /** Whether the header ended, or the pixels began, in these bytes. */
  readonly isWhole: boolean
}

/**
 * Reads what is used of the header of a DICOM file, in any of the uncompressed encodings of headers.
 * @param bytes the beginning of the file, or all of it
 * @param sizeBytes of the file
 * @returns null where the bytes cannot be understood
 */
export function parseHeader(bytes: Uint8Array, file: string, sizeBytes: number): ParsedHeader | null {
  const set = parseBeforePixels(bytes)
  if (set === null) return null
  const header = { file, sizeBytes, ...identity(set), ...picture(set), ...placement(set), pixels: pixelsOf(set) }
  return { header, isWhole: header.pixels !== null || (bytes.length === sizeBytes && set.warnings.length === 0) }
}

function identity(set: DataSet) {
  return {
    transferSyntaxUid: textOf(set, 'x00020010'),
    sopClassUid: textOf(set, 'x00080016') || textOf(set, 'x00020002'),
    sopInstanceUid: textOf(set, 'x00080018'),
    seriesUid: textOf(set, 'x0020000e'),
    frameOfReferenceUid: textOf(set, 'x00200052'),
    patientKey: JSON.stringify([textOf(set, 'x00100020'), textOf(set, 'x00100010'), textOf(set, 'x0020000d')]),
    modality: textOf(set, 'x00080060'),
    imageType: textOf(set, 'x00080008').split('\\'),
    description: wordsOf(set, 'x0008103e'),
    seriesNumber: numbersOf(set, 'x00200011').at(0) ?? null,
    acquisition: textOf(set, 'x00200012'),
  }
}

function picture(set: DataSet) {
  const isSigned = (set.uint16('x00280103') ?? 0) === 1
  const slope = numbersOf(set, 'x00281053').at(0) ?? 1
  return {
    rows: set.uint16('x00280010') ?? 0,
    columns: set.uint16('x00280011') ?? 0,
    frames: numbersOf(set, 'x00280008').at(0) ?? 1,
    samplesPerPixel: set.uint16('x00280002') ?? 1,
    bitsAllocated: set.uint16('x00280100') ?? 0,
    bitsStored: bitsStoredOf(set),
    photometric: textOf(set, 'x00280004'),
    isSigned,
    rescale: { slope: slope === 0 ? 1 : slope, inter: numbersOf(set, 'x00281052').at(0) ?? 0 },
    // Its type is that of the pixels, whatever the file says.
    paddingValue: (isSigned ? set.int16('x00280120') : set.uint16('x00280120')) ?? null,
  }
}

function bitsStoredOf(set: DataSet): number | null {
  const bits = set.uint16('x00280101')
  return bits !== undefined && bits > 0 && set.uint16('x00280102') === bits - 1 ? bits : null
}

function placement(set: DataSet): Pick<SliceHeader, 'pixelMm' | 'position' | 'orientation'> {
  const [betweenRows, betweenColumns] = numbersOf(set, 'x00280030')
  const hasSpacing = betweenRows > 0 && betweenColumns > 0
  return {
    pixelMm: hasSpacing ? [betweenColumns, betweenRows] : null,
    position: pointOf(numbersOf(set, 'x00200032')),
    orientation: orientationOf(numbersOf(set, 'x00200037')),
  }
}

/** Unit vectors of Image Orientation (Patient); null for numbers that are no directions. */
export function orientationOf(cosines: readonly number[]): Orientation | null {
  const [row, column] = [pointOf(cosines.slice(0, 3)), pointOf(cosines.slice(3, 6))]
  if (row === null || column === null) return null
  const lengths = [Math.hypot(...row), Math.hypot(...column)]
  if (lengths.some((length) => Math.abs(length - 1) > LENGTH_TOLERANCE)) return null
  return { row: scale(row, 1 / lengths[0]), column: scale(column, 1 / lengths[1]) }
}

function pixelsOf(set: DataSet): PixelPlace | null {
  const element = pixelElement(set)
  if (element === null) return null
  return { offsetBytes: element.dataOffset, lengthBytes: element.hadUndefinedLength === true ? null : element.length }
}

/** Three numbers as a point; null for others. */
export function pointOf(values: readonly number[]): PointMm | null {
  const [x, y, z] = values
  return values.length === 3 && values.every(Number.isFinite) ? [x, y, z] : null
}
