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
import { DTYPE_BYTES, type Dtype } from '../voxels.js'
import { CHECK_SIDES } from '../../shared/warningTexts.js'

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

/** Signs that turn a space's x and y round to LPS. */
const SPACES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['left-posterior-superior', [1, 1]],
  ['lps', [1, 1]],
  ['right-anterior-superior', [-1, -1]],
  ['ras', [-1, -1]],
  ['left-anterior-superior', [1, -1]],
  ['las', [1, -1]],
])

/**
 * Reads the text header of an NRRD file (teem.sourceforge.net/nrrd/format.html).
 * @param start the beginning of the file, header included
 * @throws MedlsamError `input` when it is no such header, lacks what is needed, or asks for what is not supported
 */
export function parseNrrdHeader(start: Uint8Array, file: string): TextHeader {
  const text = latin1(start)
  if (!/^NRRD000[1-9]\r?\n/.test(text))
    throw inputError(file, `${file} is not an NRRD file (its first line is wrong): export the scan again.`)
  const end = /\r?\n\r?\n/.exec(text)
  const fields = fieldsOf(end === null ? text : text.slice(0, end.index), /^([^:#=]+):(?!=) ?(.*)$/)
  const sizes = numbersOf(need(fields, 'sizes', file))
  const type = need(fields, 'type', file).toLowerCase()
  const dtype = TYPES.get(type)
  if (dtype === undefined) throw unknownType(file, type)
  const warnings: string[] = []
  const { components, spatial } = axesOf(fields, sizes)
  const dataFile = fields.get('data file') ?? fields.get('datafile')
  const skip = Number(fields.get('byte skip') ?? fields.get('byteskip') ?? 0)
  if (Number(fields.get('line skip') ?? fields.get('lineskip') ?? 0) !== 0 || !Number.isInteger(skip) || skip < -1) {
    throw inputError(
      file,
      `The header of ${file} skips lines before its data, which is not supported: save it as one file.`,
    )
  }
  return {
    sizes: spatial.map((axis) => sizes[axis]),
    dtype,
    littleEndian: DTYPE_BYTES[dtype] === 1 || need(fields, 'endian', file).toLowerCase() === 'little',
    components,
    isPacked: isPacked(need(fields, 'encoding', file).toLowerCase(), file),
    dataFile: dataFile === undefined ? null : besideHeader(dataFile, file),
    headerBytes: end === null ? text.length : end.index + end[0].length,
    skipBytes: skip === -1 ? 'from the end' : skip,
    affine:
      sizes.length < 3 || components !== 1
        ? affineFromLps(
            [
              [1, 0, 0],
              [0, 1, 0],
              [0, 0, 1],
            ],
            [0, 0, 0],
          )
        : affineOf(fields, file, warnings),
    warnings,
  }
}

function isPacked(encoding: string, file: string): boolean {
  if (encoding === 'raw') return false
  if (encoding === 'gzip' || encoding === 'gz') return true
  throw inputError(
    file,
    `The data of ${file} is stored as "${encoding}", which is not supported: save it as raw or gzip.`,
  )
}

/** Which axes are space, and how many numbers a voxel has: an axis of values may come before or after them. */
function axesOf(fields: Fields, sizes: readonly number[]): { components: number; spatial: readonly number[] } {
  const kinds = (fields.get('kinds') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const isValue = (axis: number): boolean => {
    const kind = kinds[axis] ?? ''
    return (
      /vector|color|matrix|complex|quaternion|point|normal|gradient/.test(kind) ||
      (axis < 3 && sizes.length > 3 && /list|none|\?/.test(kind))
    )
  }
  const spatial = sizes.map((_, axis) => axis).filter((axis) => !isValue(axis))
  const components = sizes.reduce((product, n, axis) => (isValue(axis) ? product * n : product), 1)
  return { components: spatial.length < sizes.length ? Math.max(2, components) : 1, spatial }
}

function affineOf(fields: Fields, file: string, warnings: string[]): Affine {
  const space = fields
    .get('space')
    ?.toLowerCase()
    .replace(/-time$|t$/, '')
  const signs = space === undefined ? undefined : SPACES.get(space)
  if (signs === undefined)
    warnings.push(
      `The header of ${file} does not say how the patient lies (no known "space"); left, posterior, superior is assumed, so ${CHECK_SIDES}.`,
    )
  const [sx, sy] = signs ?? [1, 1]
  const toLps = ([x, y, z]: readonly number[]): readonly number[] => [sx * x, sy * y, z]
  const directions = fields.get('space directions')
  const origin = vectorsOf(fields.get('space origin') ?? '(0,0,0)')
  if (directions !== undefined) {
    const axes = vectorsOf(directions)
    if (axes.length < 3 || origin.length < 1)
      throw inputError(file, `The "space directions" of ${file} are incomplete: export the scan again.`)
    return affineFromLps(axes.slice(0, 3).map(toLps), toLps(origin[0]))
  }
  const spacings = numbersOf(fields.get('spacings') ?? '1 1 1')
  const mins = numbersOf(fields.get('axis mins') ?? fields.get('axismins') ?? '0 0 0')
  const axes = [0, 1, 2].map((axis) => [0, 1, 2].map((row) => (row === axis ? spacings[axis] : 0)))
  return affineFromLps(axes, mins)
}

/** The "(a,b,c)" of a line, without its "none". */
function vectorsOf(text: string): readonly (readonly number[])[] {
  return [...text.matchAll(/\(([^)]*)\)/g)].map((match) => match[1].split(',').map(Number))
}
