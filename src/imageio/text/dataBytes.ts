import { inputError } from '../../shared/inputError.js'
import type { ImageFiles } from '../imageFiles.js'
import { DTYPE_BYTES } from '../voxels.js'
import type { TextEncoding } from './textHeader.js'
import { numberBytes } from './writtenNumbers.js'
import type { TextImage } from './textImage.js'

/** What may follow the voxels a header promises before packed data counts as damaged. */
const SLACK_BYTES = 1 << 16
/** Deflate cannot pack better than this (zlib's documented limit is 1032 to 1). */
const BEST_RATIO = 1100
const LF = 0x0a

/** Bytes of all numbers that a header promises. */
export function promisedBytes({ sizes, dtype }: Pick<TextImage, 'sizes' | 'dtype'>): number {
  return sizes.reduce((product, n) => product * n, DTYPE_BYTES[dtype])
}

/** The files that hold the data, the named one itself where it follows the header. */
export function dataNames({ dataFiles }: Pick<TextImage, 'dataFiles'>, ownName: string): readonly string[] {
  return dataFiles?.names ?? [ownName]
}

/**
 * The numbers of an image in pieces, in the file's byte order, all of them and nothing else: what lies before them is
 * left out, and it is an error when there are fewer, when packed data is damaged, or when much more follows.
 * @param ownName the file with the header
 * @throws MedlsamError `input`
 */
export async function* dataBytes(image: TextImage, ownName: string, files: ImageFiles): AsyncIterable<Uint8Array> {
  const names = dataNames(image, ownName)
  const promised = promisedBytes(image)
  const each = promised / names.length
  if (!Number.isInteger(each / DTYPE_BYTES[image.dtype]))
    throw inputError(
      image.file,
      `The header of ${image.file} names ${names.length} data files, among which its ${image.sizes.join(' x ')} voxels cannot be shared out: export it again.`,
    )
  for (const name of names) {
    const part = { image, name, files, promised: each, isOwn: image.dataFiles === null }
    yield* image.encoding === 'raw' || image.encoding === 'packed'
      ? storedBytes(part)
      : numberBytes(image, each / DTYPE_BYTES[image.dtype], textChunks(part))
  }
}

/** The data in one file. */
interface DataPart {
  readonly image: TextImage
  readonly name: string
  readonly files: ImageFiles
  /** Bytes of its numbers. */
  readonly promised: number
  /** Whether it is the file with the header. */
  readonly isOwn: boolean
}

/**
 * Looks whether the data can be there: the files are, and are long enough. Packed data is not unpacked for it.
 * @throws MedlsamError `input`
 */
export async function checkPresent(image: TextImage, ownName: string, files: ImageFiles): Promise<void> {
  const names = dataNames(image, ownName)
  const promised = promisedBytes(image) / names.length
  for (const name of names) {
    const part = { image, name, files, promised, isOwn: image.dataFiles === null }
    const present = (await files.size(name)) - (await firstByte(part))
    const skip = image.skipBytes === 'from the end' ? 0 : image.skipBytes
    if (present * LEAST_RATIO[image.encoding] < skip + promised) throw cutOff(image, name)
  }
}

/** At the most so many bytes of numbers come out of one byte of a file. */
const LEAST_RATIO: Readonly<Record<TextEncoding, number>> = {
  raw: 1,
  packed: BEST_RATIO,
  // A digit may make a number of 8 bytes.
  decimal: 8,
  hexadecimal: 0.5,
}

async function* storedBytes(part: DataPart): AsyncIterable<Uint8Array> {
  const { image, name, files, promised } = part
  const isPacked = image.encoding === 'packed'
  const start = await firstByte(part)
  const skip = await skippedBytes(part, start)
  if (skip < 0) throw cutOff(image, name)
  let position = 0
  for await (const chunk of files.chunks(name, start, isPacked)) {
    const from = Math.max(0, skip - position)
    const to = Math.min(chunk.length, skip + promised - position)
    if (from < to) yield chunk.subarray(from, to)
    position += chunk.length
    if (!isPacked && position >= skip + promised) return
    if (position > skip + promised + SLACK_BYTES && image.skipBytes !== 'from the end') throw tooMuch(image, name)
  }
  if (position < skip + promised) throw cutOff(image, name)
}

/** How many bytes come before the numbers, unpacked where they are packed. */
async function skippedBytes({ image, name, files, promised }: DataPart, start: number): Promise<number> {
  if (image.skipBytes !== 'from the end') return image.skipBytes
  if (image.encoding !== 'packed') return (await files.size(name)) - start - promised
  let length = 0
  for await (const chunk of files.chunks(name, start, true)) length += chunk.length
  return length - promised
}

/** Where the data begins: after the header, and after the lines that are to be skipped. */
async function firstByte({ image, name, files, isOwn }: DataPart): Promise<number> {
  const start = isOwn ? image.headerBytes : 0
  if (image.skipLines === 0 || image.skipBytes === 'from the end') return start
  let lines = 0
  let position = start
  for await (const chunk of files.chunks(name, start, false)) {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      lines++
      if (lines === image.skipLines) return position + at + 1
    }
    position += chunk.length
  }
  throw cutOff(image, name)
}

async function* textChunks(part: DataPart): AsyncIterable<Uint8Array> {
  const { image, name, files } = part
  const start = await firstByte(part)
  yield* files.chunks(name, start + (image.skipBytes === 'from the end' ? 0 : image.skipBytes), false)
}

function cutOff({ file, dataFiles }: TextImage, name: string): Error {
  const where = dataFiles === null ? file : `${name}, the data file of ${file},`
  return inputError(
    file,
    `${where} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`,
  )
}

function tooMuch({ file, dataFiles }: TextImage, name: string): Error {
  const where = dataFiles === null ? file : `${name}, the data file of ${file},`
  return inputError(file, `${where} holds more data than its header promises: export the scan again.`)
}
