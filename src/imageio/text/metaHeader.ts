import { inputError } from '../../shared/inputError.js'
import {
  affineFromLps,
  besideHeader,
  fieldsOf,
  latin1,
  need,
  numbersOf,
  unknownType,
  type Fields,
  type TextHeader,
} from './textHeader.js'
import type { Affine } from '../../shared/geometry/affine.js'
import type { Dtype } from '../voxels.js'

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

/**
 * Reads the text header of a MetaImage file (itk.org/Wiki/ITK/MetaIO/Documentation).
 * @param start the beginning of the file, header included
 * @throws MedlsamError `input` when it is no such header, lacks what is needed, or asks for what is not supported
 */
export function parseMetaHeader(start: Uint8Array, file: string): TextHeader {
  const text = latin1(start)
  // The name of the data file is the last line of the header by definition.
  const end = /^ElementDataFile *=[^\n]*\n?/m.exec(text)
  const headerBytes = end === null ? text.length : end.index + end[0].length
  const fields = fieldsOf(text.slice(0, headerBytes), /^([A-Za-z]+) *= *(.*)$/)
  if (!fields.has('ndims'))
    throw inputError(file, `${file} is not a MetaImage file (it has no NDims): export the scan again.`)
  const type = need(fields, 'elementtype', file)
  const dtype = TYPES.get(type.replace(/_ARRAY$/, ''))
  if (dtype === undefined) throw unknownType(file, type)
  if (isFalse(fields.get('binarydata') ?? 'True'))
    throw inputError(file, `The data of ${file} is stored as text, which is not supported: save it as binary.`)
  const dataFile = need(fields, 'elementdatafile', file)
  const sizes = numbersOf(need(fields, 'dimsize', file))
  const skip = Number(fields.get('headersize') ?? 0)
  return {
    sizes,
    dtype,
    littleEndian: isFalse(fields.get('binarydatabyteordermsb') ?? fields.get('elementbyteordermsb') ?? 'False'),
    components: Number(fields.get('elementnumberofchannels') ?? 1),
    isPacked: !isFalse(fields.get('compresseddata') ?? 'False'),
    dataFile: /^local$/i.test(dataFile) ? null : besideHeader(dataFile, file),
    headerBytes,
    skipBytes: skip === -1 ? 'from the end' : Number.isInteger(skip) && skip > 0 ? skip : 0,
    affine: affineOf(fields, sizes.length),
    warnings: [],
  }
}

function isFalse(value: string): boolean {
  return !/^(true|t|1)$/i.test(value)
}

/** MetaImage lists the direction of each axis in turn, in LPS. */
function affineOf(fields: Fields, dimensions: number): Affine {
  const identity = Array.from({ length: dimensions * dimensions }, (_, i) => (i % (dimensions + 1) === 0 ? 1 : 0))
  const first = (...names: readonly string[]): readonly number[] | undefined => {
    const text = names.map((name) => fields.get(name)).find((value) => value !== undefined)
    return text === undefined ? undefined : numbersOf(text)
  }
  const matrix = first('transformmatrix', 'orientation', 'rotation') ?? identity
  const origin = first('offset', 'position', 'origin') ?? [0, 0, 0]
  const spacing = first('elementspacing', 'elementsize') ?? [1, 1, 1]
  const axes = [0, 1, 2].map((axis) =>
    [0, 1, 2].map((row) => (matrix[axis * dimensions + row] ?? Number.NaN) * (spacing[axis] ?? Number.NaN)),
  )
  return affineFromLps(axes, origin)
}
