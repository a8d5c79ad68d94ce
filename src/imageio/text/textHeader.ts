import type { Affine } from '../../shared/geometry/affine.js'
import { inputError } from '../../shared/inputError.js'
import type { ScanFormat } from '../../shared/scanNames.js'
import { quoted } from '../../shared/shownText.js'
import type { Dtype, Scaling } from '../voxels.js'
import type { DataFiles } from './dataFiles.js'

/** The formats whose header is text. */
export type TextFormat = Exclude<ScanFormat, 'nifti'>

/** How numbers are stored: as they are in memory, packed with gzip or zlib, or written out in decimal or hexadecimal. */
export type TextEncoding = 'raw' | 'packed' | 'decimal' | 'hexadecimal'

/** What the text header of an NRRD or MetaImage file says. */
export interface TextHeader {
  /** Voxels per axis, all axes of the file, the one that runs fastest first. */
  readonly sizes: readonly number[]
  /** The three axes of space, in the order of the file; fewer for a flat image. */
  readonly spatial: readonly number[]
  /** The axis along which there are several volumes; null for one volume. */
  readonly volumes: number | null
  /** Numbers per voxel. */
  readonly components: number
  readonly dtype: Dtype
  readonly littleEndian: boolean
  readonly encoding: TextEncoding
  /** How long the packed data is as far as the header says it. */
  readonly packedBytes: number | null
  /** The data files beside the header; null when the data follows the header. */
  readonly dataFiles: DataFiles | null
  /** Length of the header where the data follows it. */
  readonly headerBytes: number
  /** Lines before the data, from where it would begin. */
  readonly skipLines: number
  /** Bytes before the data after those lines; of packed data they are counted unpacked. */
  readonly skipBytes: number | 'from the end'
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
  readonly scaling: Scaling
  readonly warnings: readonly string[]
}

/** Bytes as text: UTF-8, which free text of a header may be in. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}

/** A text header as names (lower case, without spaces) and values. */
export type Fields = ReadonlyMap<string, string>

/**
 * Reads lines of names and values; lines that do not match are skipped.
 * @param counts which counts of a name that is given twice
 */
export function fieldsOf(header: string, line: RegExp, counts: 'first' | 'last'): Fields {
  const fields = new Map<string, string>()
  for (const text of header.split(/\r\n|\n|\r/)) {
    const match = line.exec(text.trimEnd())
    if (match === null) continue
    const name = match[1].replace(/\s+/g, '').toLowerCase()
    if (counts === 'last' || !fields.has(name)) fields.set(name, match[2].trim())
  }
  return fields
}

/**
 * The value of a field that must be there.
 * @param shownName the field as the format writes it
 * @throws MedlsamError `input` when it is not
 */
export function need(fields: Fields, shownName: string, file: string): string {
  const value = fields.get(shownName.replace(/\s+/g, '').toLowerCase())
  if (value === undefined || value === '')
    throw inputError(file, `The header of ${file} has no "${shownName}": export the scan again.`)
  return value
}

/** Numbers between spaces or tabs. */
export function numbersOf(text: string): readonly number[] {
  return text.trim().split(/\s+/).filter(Boolean).map(Number)
}

/** A whole number in a field; `otherwise` when the field is not there. */
export function wholeNumberOf(fields: Fields, name: string, file: string, otherwise: number): number {
  const text = fields.get(name)
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw inputError(
      file,
      `The header of ${file} gives ${quoted(text)} for "${name}", which is no whole number: export the scan again.`,
    )
  return value
}

/** An `input` error about a voxel type. */
export function unknownType(file: string, type: string): Error {
  return inputError(file, `The header of ${file} gives the unknown voxel type ${quoted(type)}: export the scan again.`)
}

/** RAS affine of three axis vectors and an origin given in LPS (x to the left, y to the back). */
export function affineFromLps(axes: readonly (readonly number[])[], origin: readonly number[]): Affine {
  const row = (r: 0 | 1 | 2, sign: 1 | -1): [number, number, number, number] => [
    sign * axes[0][r],
    sign * axes[1][r],
    sign * axes[2][r],
    sign * origin[r],
  ]
  return [...row(0, -1), ...row(1, -1), ...row(2, 1), 0, 0, 0, 1]
}

/** Where voxels are for a header that is refused for another reason. */
export const NOWHERE = affineFromLps(
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [0, 0, 0],
)
