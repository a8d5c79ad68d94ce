import path from 'node:path'
import { inputError } from './imageHeader.js'
import type { Dtype } from './voxels.js'

/** What the text header of an NRRD or MetaImage file says about how much data there is and where. */
export interface TextHeader {
  /** Voxels per axis, as many axes as the file has. */
  readonly sizes: readonly number[]
  readonly dtype: Dtype
  /** Numbers per voxel. */
  readonly components: number
  /** Whether the data is stored as it is, so that its size in the file is known. */
  readonly isRaw: boolean
  /** Name of the data file beside the header; null when the data follows the header. */
  readonly dataFile: string | null
  /** Length of the header where the data follows it. */
  readonly headerBytes: number
}

const NRRD_TYPES: ReadonlyMap<string, Dtype> = new Map(
  Object.entries({
    int8: 'signed char,int8,int8_t',
    uint8: 'uchar,unsigned char,uint8,uint8_t',
    int16: 'short,short int,signed short,signed short int,int16,int16_t',
    uint16: 'ushort,unsigned short,unsigned short int,uint16,uint16_t',
    int32: 'int,signed int,int32,int32_t',
    uint32: 'uint,unsigned int,uint32,uint32_t',
    int64: 'longlong,long long,long long int,signed long long,signed long long int,int64,int64_t',
    uint64: 'ulonglong,unsigned long long,unsigned long long int,uint64,uint64_t',
    float32: 'float',
    float64: 'double',
  } satisfies Record<Dtype, string>).flatMap(([dtype, names]) => names.split(',').map((name) => [name, dtype as Dtype] as const)),
)

const META_TYPES: ReadonlyMap<string, Dtype> = new Map([
  ['MET_CHAR', 'int8'],
  ['MET_UCHAR', 'uint8'],
  ['MET_SHORT', 'int16'],
  ['MET_USHORT', 'uint16'],
  ['MET_INT', 'int32'],
  ['MET_UINT', 'uint32'],
  ['MET_LONG_LONG', 'int64'],
  ['MET_ULONG_LONG', 'uint64'],
  ['MET_FLOAT', 'float32'],
  ['MET_DOUBLE', 'float64'],
])

/**
 * Reads the text header of an NRRD file (teem.sourceforge.net/nrrd/format.html).
 * @param start the beginning of the file, header included
 * @throws MedlsamError `input` when it is no such header or lacks what is needed
 */
export function parseNrrdHeader(start: Uint8Array, file: string): TextHeader {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1')
  if (!/^NRRD000[1-9]\r?\n/.test(text)) throw inputError(file, `${file} is not an NRRD file (its first line is wrong): export the scan again.`)
  const end = /\r?\n\r?\n/.exec(text)
  const header = end === null ? text : text.slice(0, end.index)
  const fields = fieldsOf(header, /^([^:#=]+): ?(.*)$/)
  const sizes = numbers(need(fields, 'sizes', file))
  const dtype = NRRD_TYPES.get(need(fields, 'type', file).toLowerCase())
  if (dtype === undefined) throw unknownType(file, fields.get('type') ?? '')
  const kinds = (fields.get('kinds') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const isVoxelAxis = (kind: string): boolean => /vector|color|matrix|complex|quaternion|point|normal|gradient/.test(kind)
  const vectorAxis = kinds.findIndex(isVoxelAxis)
  const dataFile = fields.get('data file') ?? fields.get('datafile') ?? null
  return {
    sizes: vectorAxis < 0 ? sizes : sizes.filter((_, i) => i !== vectorAxis),
    dtype,
    components: vectorAxis < 0 ? 1 : sizes[vectorAxis],
    isRaw: need(fields, 'encoding', file).toLowerCase() === 'raw',
    dataFile: besideHeader(dataFile, file),
    headerBytes: end === null ? text.length : end.index + end[0].length,
  }
}

/**
 * Reads the text header of a MetaImage file (itk.org/Wiki/ITK/MetaIO/Documentation).
 * @param start the beginning of the file, header included
 * @throws MedlsamError `input` when it is no such header or lacks what is needed
 */
export function parseMetaHeader(start: Uint8Array, file: string): TextHeader {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1')
  const end = /^ElementDataFile *=.*$/m.exec(text)
  const header = end === null ? text : text.slice(0, end.index + end[0].length)
  const fields = fieldsOf(header, /^([A-Za-z]+) *= *(.*)$/)
  if (!fields.has('ndims')) throw inputError(file, `${file} is not a MetaImage file (it has no NDims): export the scan again.`)
  const dtype = META_TYPES.get(need(fields, 'elementtype', file).replace(/_ARRAY$/, ''))
  if (dtype === undefined) throw unknownType(file, fields.get('elementtype') ?? '')
  const dataFile = need(fields, 'elementdatafile', file)
  return {
    sizes: numbers(need(fields, 'dimsize', file)),
    dtype,
    components: Number(fields.get('elementnumberofchannels') ?? 1),
    isRaw: !/^true$/i.test(fields.get('compresseddata') ?? 'False') && /^true$/i.test(fields.get('binarydata') ?? 'True'),
    dataFile: /^local$/i.test(dataFile) ? null : besideHeader(dataFile, file),
    headerBytes: header.length + 1,
  }
}

function fieldsOf(header: string, line: RegExp): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const text of header.split(/\r?\n/)) {
    const match = line.exec(text.trimEnd())
    if (match !== null) fields.set(match[1].trim().toLowerCase(), match[2].trim())
  }
  return fields
}

function need(fields: ReadonlyMap<string, string>, name: string, file: string): string {
  const value = fields.get(name)
  if (value === undefined || value === '') throw inputError(file, `The header of ${file} has no "${name}": it is damaged, so export the scan again.`)
  return value
}

function numbers(text: string): readonly number[] {
  return text.split(/\s+/).map(Number)
}

function unknownType(file: string, type: string): Error {
  return inputError(file, `The header of ${file} gives the unknown voxel type "${type}": export the scan again.`)
}

/** A data file must be one file in the header's folder: nothing else is opened because a header says so. */
function besideHeader(name: string | null, file: string): string | null {
  if (name === null) return null
  if (/^(LIST\b)|%\d*d/i.test(name)) throw inputError(file, `The data of ${file} is spread over many files, which is not supported: save it as one file.`)
  if (name !== path.basename(name) || name.includes('\\') || name === '..') {
    throw inputError(file, `The data file "${name}" of ${file} must lie beside it: put both in one folder.`)
  }
  return name
}
