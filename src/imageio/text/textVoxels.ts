import type { OpenItk } from '../itk/itkModule.js'
import { readWithItk } from '../itk/readWithItk.js'
import type { ImageFiles } from '../imageFiles.js'
import { asNumbers, DTYPE_BYTES, type RawArray } from '../voxels.js'
import { checkPresent, dataBytes, dataNames, promisedBytes } from './dataBytes.js'
import type { TextFormat } from './textHeader.js'
import type { TextImage } from './textImage.js'

/** ITK holds a file and its numbers in its own 4 GiB; larger ones are read here, without a second copy. */
const MOST_ITK_BYTES = 512 * 2 ** 20
/** ITK takes time that grows with the square of a header's length, and fails on some. */
const MOST_ITK_HEADER_BYTES = 1 << 20

/** What reading the voxels of a text image needs. */
export interface TextSource {
  readonly image: TextImage
  /** The file with the header, among `files`. */
  readonly name: string
  readonly files: ImageFiles
  /** Null to read without ITK. */
  readonly openItk: OpenItk | null
}

/**
 * Reads the numbers of one volume, with ITK. What ITK would get wrong without a word is found out before: data that is
 * cut or damaged. What ITK cannot read, or reads with other sizes or numbers than the header says, is read here after
 * the header, or refused.
 * @param timePoint which volume, from 0
 * @throws MedlsamError `input` when data is missing, cut or damaged
 */
export async function readTextVoxels(source: TextSource, timePoint: number): Promise<RawArray> {
  const { image, name, files } = source
  await checkPresent(image, name, files)
  const all = await itkNumbers(source)
  const chunks = all === null ? dataBytes(image, name, files) : inOnePiece(all)
  const bytes = await volumeBytes(image, chunks, timePoint)
  return asNumbers(bytes, image.dtype, all === null ? image.littleEndian : IS_ITK_LITTLE_ENDIAN)
}

/** WebAssembly is little endian everywhere. */
const IS_ITK_LITTLE_ENDIAN = true

/** All numbers of the file as ITK reads them; null where it does not read what the header says. */
async function itkNumbers({ image, name, files, openItk }: TextSource): Promise<Uint8Array | null> {
  if (openItk === null || image.headerBytes > MOST_ITK_HEADER_BYTES || !isPlain(image)) return null
  const names = [...new Set([name, ...dataNames(image, name)])]
  let present = promisedBytes(image)
  for (const each of names) present += await files.size(each)
  if (present > MOST_ITK_BYTES) return null
  if (image.encoding === 'packed') {
    // It unpacks no more than the header says there is, and takes the rest for anything.
    if (image.format === 'meta' && !(await isPackedSizeTrue(image, name, files))) return null
    await readThrough(dataBytes(image, name, files))
  }
  const stored = new Map<string, Uint8Array>()
  // ITK goes by the ending of a name, in small letters.
  const header = `header${ENDINGS[image.format][image.dataFiles === null ? 0 : 1]}`
  for (const each of names) stored.set(each === name ? header : each, await files.start(each, await files.size(each)))
  const read = await readWithItk(openItk, image.format, header, stored)
  const isAsSaid =
    read !== null &&
    read.dtype === image.dtype &&
    read.components === 1 &&
    read.bytes.length === promisedBytes(image) &&
    read.sizes.length === image.sizes.length &&
    read.sizes.every((size, axis) => size === image.sizes[axis])
  return isAsSaid ? read.bytes : null
}

/** Whether the header says how long its packed data is, which lies in one file. */
async function isPackedSizeTrue(image: TextImage, name: string, files: ImageFiles): Promise<boolean> {
  const names = dataNames(image, name)
  const before = image.dataFiles === null ? image.headerBytes : 0
  return names.length === 1 && (await files.size(names[0])) - before === image.packedBytes
}

/** Whether the axes are as ITK takes them: space first, then at most one more, which NRRD may not have. */
function isPlain({ format, sizes, spatial }: TextImage): boolean {
  return spatial.every((axis, i) => axis === i) && sizes.length <= (format === 'nrrd' ? 3 : 4)
}

/** Endings of files with and without their data. */
const ENDINGS: Readonly<Record<TextFormat, readonly [string, string]>> = {
  nrrd: ['.nrrd', '.nhdr'],
  meta: ['.mha', '.mhd'],
}

/** Finds out whether packed data is whole: whatever is wrong with it is thrown. */
async function readThrough(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

async function* inOnePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** The bytes of one volume, picked from those of all where the volumes do not lie one after the other. */
async function volumeBytes(
  { sizes, volumes, dtype, size }: TextImage,
  chunks: AsyncIterable<Uint8Array>,
  timePoint: number,
): Promise<Uint8Array> {
  const into = new Uint8Array(size[0] * size[1] * size[2] * DTYPE_BYTES[dtype])
  const count = volumes === null ? 1 : sizes[volumes]
  // Bytes of one volume that lie together.
  const run = sizes.slice(0, volumes ?? sizes.length).reduce((product, n) => product * n, DTYPE_BYTES[dtype])
  const period = run * count
  let position = 0
  let filled = 0
  for await (const chunk of chunks) {
    const end = position + chunk.length
    for (let period0 = position - (position % period); period0 < end; period0 += period) {
      const from = Math.max(position, period0 + timePoint * run)
      const to = Math.min(end, period0 + (timePoint + 1) * run)
      if (from >= to) continue
      into.set(chunk.subarray(from - position, to - position), filled)
      filled += to - from
    }
    position = end
  }
  return into
}
