import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createUnzip } from 'node:zlib'
import type { StoredBytes } from '../../imageio/imageHeader.js'
import { inputError } from '../../shared/inputError.js'
import { isNotFetched, notFetched } from './notFetched.js'

const GZIP_MAGIC = [0x1f, 0x8b]
/** What may follow the voxels a header promises before the file counts as corrupt. */
const SLACK_BYTES = 1 << 16
/** Deflate cannot pack better than this (zlib's documented limit is 1032 to 1). */
const BEST_RATIO = 1100

/**
 * Size of a file in bytes.
 * @throws MedlsamError `input` when it is missing, a folder or empty
 */
export async function fileSize(file: string): Promise<number> {
  const info = await stat(file).catch(async (error: unknown) => {
    if (await isNotFetched(file)) throw notFetched(file)
    throw inputError(file, `${file} does not exist or cannot be opened: check the path.`, error)
  })
  if (info.isDirectory()) throw inputError(file, `${file} is a folder: name a file.`)
  if (!info.isFile()) throw inputError(file, `${file} is not a file: name a scan file.`)
  if (info.size === 0) throw inputError(file, `${file} is empty: copy or export it again.`)
  return info.size
}

/** A whole file, unpacked where it is gzipped, whatever its name. */
export async function wholeFile(file: string): Promise<StoredBytes> {
  await fileSize(file)
  const start = new Uint8Array(2)
  const isPacked = (await readPlain(file, 0, start)) === 2 && start[0] === GZIP_MAGIC[0] && start[1] === GZIP_MAGIC[1]
  return { file, from: 0, isPacked }
}

/** The first (unpacked) bytes; fewer when there are no more. Reads and unpacks no more than needed. */
export async function readStart(stored: StoredBytes, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, await readRange(stored, 0, bytes, false))
}

/**
 * Fills `into` with the (unpacked) bytes from `offset` on. Unpacking stops soon after, so that a file
 * built to explode costs nothing.
 *
 * @param toEnd whether the data should end there: then a gzip checksum is checked, and more data is an error
 * @throws MedlsamError `input` when there are fewer bytes, when they cannot be unpacked, or when they are too many
 */
export async function readVoxelBytes(
  stored: StoredBytes,
  offset: number,
  into: Uint8Array,
  toEnd: boolean,
): Promise<void> {
  const present = (await fileSize(stored.file)) - stored.from
  const cannotHold = present * (stored.isPacked ? BEST_RATIO : 1) < offset + into.length
  const filled = cannotHold ? 0 : await readRange(stored, offset, into, toEnd)
  if (filled < into.length) {
    throw inputError(
      stored.file,
      `${stored.file} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`,
    )
  }
}

/** The (unpacked) bytes in pieces, from the first on; nothing more is read when the caller stops. */
export async function* storedChunks({ file, from, isPacked }: StoredBytes): AsyncIterable<Uint8Array> {
  const stored = createReadStream(file, { start: from, highWaterMark: 1 << 16 })
  const chunks = isPacked ? stored.pipe(createUnzip({ chunkSize: 1 << 16 })) : stored
  stored.on('error', (error) => chunks.destroy(error))
  try {
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) yield chunk
  } finally {
    stored.destroy()
    chunks.destroy()
  }
}

/** The `input` error for packed data that cannot be unpacked; null for another error. */
export function unpackProblem(file: string, error: unknown): Error | null {
  if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) return null
  const reason = error.code === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged'
  return inputError(file, `${file} ${reason} (unpacking: ${error.message}): copy or download it again.`, error)
}

async function readRange(stored: StoredBytes, offset: number, into: Uint8Array, toEnd: boolean): Promise<number> {
  return stored.isPacked ? unpackRange(stored, offset, into, toEnd) : readPlain(stored.file, stored.from + offset, into)
}

async function readPlain(file: string, from: number, into: Uint8Array): Promise<number> {
  const handle = await open(file)
  try {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await handle.read(into, filled, Math.min(into.length - filled, 1 << 30), from + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  } finally {
    await handle.close()
  }
}

async function unpackRange(
  { file, from: storedFrom }: StoredBytes,
  offset: number,
  into: Uint8Array,
  toEnd: boolean,
): Promise<number> {
  const stored = createReadStream(file, { start: storedFrom, highWaterMark: 1 << 18 })
  const inflate = createUnzip({ chunkSize: into.length > 1 << 20 ? 1 << 19 : 1 << 14 })
  stored.on('error', (error) => inflate.destroy(error))
  stored.pipe(inflate)
  let position = 0
  let filled = 0
  try {
    for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
      const from = Math.max(0, offset - position)
      if (from < chunk.length && filled < into.length) {
        const part = chunk.subarray(from, from + into.length - filled)
        into.set(part, filled)
        filled += part.length
      }
      position += chunk.length
      if (filled === into.length && !toEnd) break
      if (position > offset + into.length + SLACK_BYTES) {
        throw inputError(
          file,
          `${file} holds more data than its header promises: it is damaged, so export the scan again.`,
        )
      }
    }
  } catch (error) {
    throw unpackProblem(file, error) ?? error
  } finally {
    stored.destroy()
    inflate.destroy()
  }
  return filled
}
