import { inputError } from '../../shared/inputError.js'
import { DTYPE_BYTES, type Dtype } from '../voxels.js'
import type { TextImage } from './textImage.js'

const PIECE = 1 << 14

/**
 * Numbers that are written out, in decimal between spaces or as hexadecimal bytes, as the bytes that they stand for.
 * @param count how many there must be; what follows is left out
 * @throws MedlsamError `input` when there are too few, or something else stands there
 */
export async function* numberBytes(
  image: TextImage,
  count: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let left = count
  for await (const words of wordsIn(chunks, image.encoding === 'decimal' ? null : 2 * DTYPE_BYTES[image.dtype])) {
    const taken = words.slice(0, left)
    const bytes = image.encoding === 'decimal' ? decimalBytes(taken, image) : hexBytes(taken, image)
    if (bytes === null)
      throw inputError(
        image.file,
        `The data of ${image.file} is to be numbers in text, but holds something else: export the scan again.`,
      )
    left -= taken.length
    yield bytes
    if (left === 0) return
  }
  throw inputError(
    image.file,
    `${image.file} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`,
  )
}

/** The words of a text, some thousand at a time; of `width` characters each, whatever stands between, unless null. */
async function* wordsIn(chunks: AsyncIterable<Uint8Array>, width: number | null): AsyncIterable<string[]> {
  const decoder = new TextDecoder('latin1')
  let rest = ''
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const text = rest + decoder.decode(chunk.subarray(at, at + PIECE))
      const words = width === null ? text.split(/[\s,]+/) : cut(text.replace(/\s+/g, ''), width)
      rest = words.pop() ?? ''
      // A number that never ends is none.
      yield rest.length > PIECE ? [rest] : words.filter((word) => word !== '')
    }
  }
  if (rest !== '') yield [rest]
}

function cut(text: string, width: number): string[] {
  const words: string[] = []
  for (let at = 0; at < text.length; at += width) words.push(text.slice(at, at + width))
  return words
}

function hexBytes(words: readonly string[], { dtype }: TextImage): Uint8Array | null {
  const width = DTYPE_BYTES[dtype]
  const bytes = new Uint8Array(words.length * width)
  for (const [i, word] of words.entries()) {
    if (word.length !== 2 * width || !/^[0-9a-f]+$/i.test(word)) return null
    for (let b = 0; b < width; b++) bytes[i * width + b] = Number.parseInt(word.slice(2 * b, 2 * b + 2), 16)
  }
  return bytes
}

function decimalBytes(words: readonly string[], { dtype, littleEndian }: TextImage): Uint8Array | null {
  const width = DTYPE_BYTES[dtype]
  const bytes = new Uint8Array(words.length * width)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) {
    const value = Number(word)
    const isReal = dtype === 'float32' || dtype === 'float64'
    if (isReal ? Number.isNaN(value) && !/^[-+]?nan$/i.test(word) : !Number.isFinite(value)) return null
    put(view, i * width, dtype, value, littleEndian)
  }
  return bytes
}

function put(view: DataView, at: number, dtype: Dtype, value: number, little: boolean): void {
  switch (dtype) {
    case 'int8':
      view.setInt8(at, value)
      return
    case 'uint8':
      view.setUint8(at, value)
      return
    case 'int16':
      view.setInt16(at, value, little)
      return
    case 'uint16':
      view.setUint16(at, value, little)
      return
    case 'int32':
      view.setInt32(at, value, little)
      return
    case 'uint32':
      view.setUint32(at, value, little)
      return
    case 'int64':
      view.setBigInt64(at, BigInt(Math.trunc(value)), little)
      return
    case 'uint64':
      view.setBigUint64(at, BigInt(Math.trunc(value)), little)
      return
    case 'float32':
      view.setFloat32(at, value, little)
      return
    case 'float64':
      view.setFloat64(at, value, little)
      return
  }
}
