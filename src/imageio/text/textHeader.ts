import type { Affine } from '../../shared/geometry/affine.js'
import { inputError } from '../../shared/inputError.js'
import type { Dtype } from '../voxels.js'

/** What the text header of an NRRD or MetaImage file says. */
export interface TextHeader {
  /** Voxels per axis, as many axes as the file has; the fourth is time. */
  readonly sizes: readonly number[]
  readonly dtype: Dtype
  readonly littleEndian: boolean
  /** Numbers per voxel. */
  readonly components: number
  /** Whether the data is packed (gzip or zlib). */
  readonly isPacked: boolean
  /** Name of the data file beside the header; null when the data follows the header. */
  readonly dataFile: string | null
  /** Length of the header where the data follows it. */
  readonly headerBytes: number
  /** What lies before the data in its file, after the header. */
  readonly skipBytes: number | 'from the end'
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
  readonly warnings: readonly string[]
}

/** Bytes as text, one character a byte (Latin-1), so that places in the text are places in the file. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** A text header as names (lower case) and values. */
export type Fields = ReadonlyMap<string, string>

/** Reads lines of names and values; lines that do not match are skipped. */
export function fieldsOf(header: string, line: RegExp): Fields {
  const fields = new Map<string, string>()
  for (const text of header.split(/\r?\n/)) {
    const match = line.exec(text.trimEnd())
    if (match !== null) fields.set(match[1].trim().toLowerCase(), match[2].trim())
  }
  return fields
}

/**
 * The value of a field that must be there.
 * @throws MedlsamError `input` when it is not
 */
export function need(fields: Fields, name: string, file: string): string {
  const value = fields.get(name)
  if (value === undefined || value === '')
    throw inputError(file, `The header of ${file} has no "${name}": it is damaged, so export the scan again.`)
  return value
}

/** Numbers between spaces. */
export function numbersOf(text: string): readonly number[] {
  return text.trim().split(/\s+/).map(Number)
}

/** An `input` error about a voxel type. */
export function unknownType(file: string, type: string): Error {
  return inputError(file, `The header of ${file} gives the unknown voxel type "${type}": export the scan again.`)
}

/**
 * A data file must be one file in the header's folder: nothing else is opened because a header says so.
 * @throws MedlsamError `input` when it is anything else
 */
export function besideHeader(name: string, file: string): string {
  if (/^LIST\b|%\d*d/i.test(name))
    throw inputError(
      file,
      `The data of ${file} is spread over many files, which is not supported: save it as one file.`,
    )
  if (/[/\\]/.test(name) || name === '..') {
    throw inputError(file, `The data file "${name}" of ${file} must lie beside it: put both in one folder.`)
  }
  return name
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
