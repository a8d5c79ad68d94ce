import { inputError } from '../../shared/inputError.js'
import { quoted } from '../../shared/shownText.js'
import { DTYPE_BYTES, NO_SCALING, type Dtype } from '../voxels.js'
import { dataFilesOf } from './dataFiles.js'
import { nrrdAffine } from './nrrdPlace.js'
import { nrrdAxes } from './nrrdAxes.js'
import {
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

const TYPES: ReadonlyMap<string, Dtype> = new Map(
  (
    [
      ['int8', 'signed char,int8,int8_t'],
      ['uint8', 'uchar,unsigned char,uint8,uint8_t'],
      ['int16', 'short,short int,signed short,signed short int,int16,int16_t'],
      ['uint16', 'ushort,unsigned short,unsigned short int,uint16,uint16_t'],
      ['int32', 'int,signed int,int32,int32_t'],
      ['uint32', 'uint,unsigned int,uint32,uint32_t'],
      ['int64', 'longlong,long long,long long int,signed long long,signed long long int,int64,int64_t'],
      ['uint64', 'ulonglong,unsigned long long,unsigned long long int,uint64,uint64_t'],
      ['float32', 'float'],
      ['float64', 'double'],
    ] as const
  ).flatMap(([dtype, names]) => names.split(',').map((name) => [name, dtype] as const)),
)

const ENCODINGS: ReadonlyMap<string, TextEncoding> = new Map([
  ['raw', 'raw'],
  ['gzip', 'packed'],
  ['gz', 'packed'],
  ['ascii', 'decimal'],
  ['text', 'decimal'],
  ['txt', 'decimal'],
  ['hex', 'hexadecimal'],
])

/** A field; a key with `:=` belongs to whoever wrote it and is none. */
const FIELD = /^([^:#=]+):(?!=)[ \t]*(.*)$/

/**
 * Reads the text header of an NRRD file (teem.sourceforge.net/nrrd/format.html).
 * @param bytes the header with what ends it
 * @throws MedlsamError `input` when it is no such header, lacks what is needed, or asks for what is not supported
 */
export function parseNrrdHeader(bytes: Uint8Array, file: string): TextHeader {
  const text = textOf(bytes)
  if (!/^NRRD\d{4}[ \t]*\r?\n/.test(text))
    throw inputError(file, `${file} is not an NRRD file (its first line is wrong): export the scan again.`)
  const fields = fieldsOf(text, FIELD, 'first')
  const sizes = numbersOf(need(fields, 'sizes', file))
  const dimension = wholeNumberOf(fields, 'dimension', file, sizes.length)
  if (dimension !== sizes.length)
    throw inputError(
      file,
      `The header of ${file} gives ${dimension} dimensions and ${sizes.length} sizes: export the scan again.`,
    )
  const type = need(fields, 'type', file)
  const dtype = TYPES.get(type.toLowerCase().replace(/\s+/g, ' '))
  if (dtype === undefined) throw unknownType(file, type)
  const encoding = encodingOf(need(fields, 'encoding', file), file)
  const warnings: string[] = []
  const axes = nrrdAxes(fields, sizes)
  if (axes.volumes.length > 1)
    throw inputError(file, `${file} has ${axes.spatial.length + axes.volumes.length} dimensions: choose a 3D scan.`)
  const isVolume = axes.spatial.length === 3 && axes.components === 1
  if (fields.has('oldmin') && fields.has('oldmax'))
    warnings.push(
      `The values of ${file} were rounded to fewer steps when it was saved ("old min", "old max"); they are taken as stored.`,
    )
  return {
    sizes,
    spatial: axes.spatial,
    volumes: axes.volumes.length === 0 ? null : axes.volumes[0],
    components: axes.components,
    dtype,
    littleEndian: isLittleEndian(fields, file, encoding, dtype),
    encoding,
    packedBytes: null,
    dataFiles: dataFilesIn(fields, text, file),
    headerBytes: bytes.length,
    ...skipsOf(fields, file),
    affine: isVolume ? nrrdAffine({ fields, sizes, axes }, file, warnings) : NOWHERE,
    scaling: NO_SCALING,
    warnings,
  }
}

function encodingOf(name: string, file: string): TextEncoding {
  const encoding = ENCODINGS.get(name.toLowerCase())
  if (encoding !== undefined) return encoding
  throw inputError(
    file,
    `The data of ${file} is stored as ${quoted(name)}, which is not supported: save it as raw or gzip.`,
  )
}

function isLittleEndian(fields: Fields, file: string, encoding: TextEncoding, dtype: Dtype): boolean {
  if (DTYPE_BYTES[dtype] === 1 || encoding === 'decimal') return true
  const endian = need(fields, 'endian', file).toLowerCase()
  if (endian === 'little' || endian === 'big') return endian === 'little'
  throw inputError(file, `The header of ${file} gives the unknown byte order ${quoted(endian)}: export the scan again.`)
}

function dataFilesIn(fields: Fields, text: string, file: string): TextHeader['dataFiles'] {
  const value = fields.get('datafile')
  if (value === undefined) return null
  const lines = text.split(/\r\n|\n|\r/)
  const at = lines.findIndex((line) => /^data ?file:/i.test(line))
  return dataFilesOf(value, lines.slice(at + 1), file)
}

function skipsOf(fields: Fields, file: string): Pick<TextHeader, 'skipLines' | 'skipBytes'> {
  const skipLines = wholeNumberOf(fields, 'lineskip', file, 0)
  const skipBytes = wholeNumberOf(fields, 'byteskip', file, 0)
  if (skipLines < 0 || skipBytes < -1)
    throw inputError(
      file,
      `The header of ${file} skips ${skipLines} lines and ${skipBytes} bytes, which cannot be: export the scan again.`,
    )
  return { skipLines, skipBytes: skipBytes === -1 ? 'from the end' : skipBytes }
}
