import type { Affine } from '../../shared/geometry/affine.js'
import { inputError } from '../../shared/inputError.js'
import { NO_SCALING, type Dtype, type Scaling } from '../voxels.js'
import { dataFilesOf } from './dataFiles.js'
import { headerUnitInMm } from './lengthUnits.js'
import {
  affineFromLps,
  fieldsOf,
  need,
  NOWHERE,
  numbersOf,
  textOf,
  unknownType,
  wholeNumberOf,
  type Fields,
  type TextEncoding,
  type TextHeader,
} from './textHeader.js'

const TYPES: ReadonlyMap<string, Dtype> = new Map([
  ['MET_CHAR', 'int8'],
  ['MET_UCHAR', 'uint8'],
  ['MET_SHORT', 'int16'],
  ['MET_USHORT', 'uint16'],
  ['MET_INT', 'int32'],
  ['MET_UINT', 'uint32'],
  ['MET_LONG', 'int32'],
  ['MET_ULONG', 'uint32'],
  ['MET_LONG_LONG', 'int64'],
  ['MET_ULONG_LONG', 'uint64'],
  ['MET_FLOAT', 'float32'],
  ['MET_DOUBLE', 'float64'],
])

/** A name and a value, with one of the two signs that MetaIO takes between them. */
const FIELD = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*[=:]\s*(.*)$/

/**
 * Reads the text header of a MetaImage file (itk.org/Wiki/ITK/MetaIO/Documentation).
 * @param bytes the header with its last line, and the names of data files where it lists them
 * @throws MedlsamError `input` when it is no such header, lacks what is needed, or asks for what is not supported
 */
export function parseMetaHeader(bytes: Uint8Array, file: string): TextHeader {
  const text = textOf(bytes)
  const fields = fieldsOf(text, FIELD, 'last')
  if (!fields.has('ndims'))
    throw inputError(file, `${file} is not a MetaImage file (it has no NDims): export the scan again.`)
  const type = need(fields, 'ElementType', file)
  const dtype = TYPES.get(type.toUpperCase().replace(/_ARRAY$/, ''))
  if (dtype === undefined) throw unknownType(file, type)
  const sizes = numbersOf(need(fields, 'DimSize', file))
  const dimensions = wholeNumberOf(fields, 'ndims', file, sizes.length)
  if (dimensions !== sizes.length)
    throw inputError(
      file,
      `The header of ${file} gives ${dimensions} dimensions and ${sizes.length} sizes: export the scan again.`,
    )
  const warnings: string[] = []
  const dataFile = need(fields, 'ElementDataFile', file)
  const skip = wholeNumberOf(fields, 'headersize', file, 0)
  const isLocal = /^local$/i.test(dataFile)
  return {
    sizes,
    spatial: [...sizes.keys()].slice(0, 3),
    volumes: sizes.length > 3 ? 3 : null,
    components: wholeNumberOf(fields, 'elementnumberofchannels', file, 1),
    dtype,
    littleEndian: !isTrue(fields.get('binarydatabyteordermsb') ?? fields.get('elementbyteordermsb') ?? 'False'),
    encoding: encodingOf(fields),
    packedBytes: packedBytesOf(fields),
    dataFiles: isLocal ? null : dataFilesOf(dataFile, linesAfter(text), file),
    headerBytes: bytes.length,
    skipLines: 0,
    // MetaIO counts it from the start of the file, also where the header is in it.
    skipBytes: skip === -1 ? 'from the end' : Math.max(0, isLocal && skip > 0 ? skip - bytes.length : skip),
    affine: sizes.length < 3 ? NOWHERE : affineOf(fields, sizes.length, file, warnings),
    scaling: scalingOf(fields, file, warnings),
    warnings,
  }
}

/** MetaIO looks at the first letter alone. */
function isTrue(value: string): boolean {
  return /^[t1]/i.test(value)
}

function encodingOf(fields: Fields): TextEncoding {
  if (isTrue(fields.get('compresseddata') ?? 'False')) return 'packed'
  return isTrue(fields.get('binarydata') ?? 'True') ? 'raw' : 'decimal'
}

/** A size that is no number says nothing. */
function packedBytesOf(fields: Fields): number | null {
  const text = fields.get('compresseddatasize') ?? ''
  return /^\d+$/.test(text) ? Number(text) : null
}

/** The lines after the one with the name of the data file. */
function linesAfter(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/)
  return lines.slice(lines.findIndex((line) => /^\s*ElementDataFile\s*[=:]/i.test(line)) + 1)
}

/** Values are `slope * stored + offset` where the header says so. */
function scalingOf(fields: Fields, file: string, warnings: string[]): Scaling {
  const slope = Number(fields.get('elementtointensityfunctionslope') ?? 1)
  const inter = Number(fields.get('elementtointensityfunctionoffset') ?? 0)
  if (!Number.isFinite(slope) || !Number.isFinite(inter) || slope === 0) return NO_SCALING
  if (slope !== 1 || inter !== 0)
    warnings.push(
      `The header of ${file} scales its values (times ${slope}, plus ${inter}), which is done here and not in all programs.`,
    )
  return { slope, inter }
}

/** MetaImage lists the direction of each axis in turn, in LPS. */
function affineOf(fields: Fields, dimensions: number, file: string, warnings: string[]): Affine {
  const identity = Array.from({ length: dimensions * dimensions }, (_, i) => (i % (dimensions + 1) === 0 ? 1 : 0))
  const first = (...names: readonly string[]): readonly number[] | undefined => {
    const text = names.map((name) => fields.get(name)).find((value) => value !== undefined && value !== '')
    return text === undefined ? undefined : numbersOf(text)
  }
  const matrix = first('transformmatrix', 'orientation', 'rotation') ?? identity
  const origin = first('offset', 'position', 'origin') ?? [0, 0, 0]
  const spacing = first('elementspacing', 'elementsize')
  if (spacing === undefined)
    warnings.push(`The header of ${file} does not say how large its voxels are; 1 mm is assumed.`)
  const inMm = headerUnitInMm(fields.get('distanceunits'), file, warnings)
  const step = (axis: number): number => (spacing === undefined ? 1 : spacing[axis] * inMm)
  const axes = [0, 1, 2].map((axis) => [0, 1, 2].map((row) => matrix[axis * dimensions + row] * step(axis)))
  return affineFromLps(
    axes,
    origin.map((mm) => mm * inMm),
  )
}
