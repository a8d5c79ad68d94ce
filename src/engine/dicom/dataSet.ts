import { inflateRawSync } from 'node:zlib'
import dicomParser, { type DataSet, type Element } from 'dicom-parser'
import { wordsIn } from './characterSets.js'

export type { DataSet } from 'dicom-parser'

const PIXEL_DATA = 'x7fe00010'
const PREFIX_OFFSET = 128
const PREFIX = 'DICM'
/** Length of the preamble and prefix that a DICOM file begins with (DICOM PS3.10, 7.1). */
export const PREFIX_END = PREFIX_OFFSET + PREFIX.length

/** Whether bytes begin as a DICOM file does. */
export function beginsAsDicom(start: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(start.subarray(PREFIX_OFFSET, PREFIX_END)) === PREFIX
}

/** Reads the elements before the pixels of a DICOM file; null where the bytes cannot be understood. */
export function parseBeforePixels(bytes: Uint8Array): DataSet | null {
  return parsed(bytes, { untilTag: PIXEL_DATA })
}

/** Reads all elements of a DICOM file; null where the bytes cannot be understood. */
export function parseAll(bytes: Uint8Array): DataSet | null {
  return parsed(bytes, {})
}

function parsed(bytes: Uint8Array, options: { readonly untilTag?: string }): DataSet | null {
  try {
    return dicomParser.parseDicom(bytes, { ...options, inflater: inflated })
  } catch {
    // It throws texts and errors alike, wherever bytes end too early.
    return null
  }
}

/** The bytes of a deflated file with its header, which is not deflated, in front. */
function inflated(bytes: Uint8Array, position: number): Uint8Array {
  const rest = inflateRawSync(bytes.subarray(position))
  const whole = new Uint8Array(position + rest.length)
  whole.set(bytes.subarray(0, position))
  whole.set(rest, position)
  return whole
}

/** The element of a tag such as `x00100010`; null where there is none. */
export function elementOf(set: DataSet, tag: string): Element | null {
  return tag in set.elements ? set.elements[tag] : null
}

/** The pixels of a file, where they are. */
export function pixelElement(set: DataSet): Element | null {
  return elementOf(set, PIXEL_DATA)
}

/** The items of a sequence; none where there is none. */
export function itemsOf(set: DataSet, tag: string): readonly DataSet[] {
  return (elementOf(set, tag)?.items ?? []).flatMap(({ dataSet }) => (dataSet === undefined ? [] : [dataSet]))
}

/** Numbers that are written as text, with backslashes between; none where one of them is no number. */
export function numbersOf(set: DataSet, tag: string): readonly number[] {
  const written = textOf(set, tag)
  const values = written === '' ? [] : written.split('\\').map((each) => Number(each.trim() === '' ? NaN : each))
  return values.every(Number.isFinite) ? values : []
}

/** Text of the basic characters, such as a UID; empty where there is none. */
export function textOf(set: DataSet, tag: string): string {
  return (set.string(tag) ?? '').trim()
}

/**
 * Text that people wrote, in the characters of the file; empty where there is none.
 * @param file the elements of the whole file, which say which characters these are
 */
export function wordsOf(set: DataSet, tag: string, file: DataSet = set): string {
  const element = elementOf(set, tag)
  if (element === null) return ''
  const bytes = set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length)
  return wordsIn(bytes, textOf(file, 'x00080005').split('\\'))
}
