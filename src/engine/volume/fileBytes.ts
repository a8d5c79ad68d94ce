import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { inputError } from './imageHeader.js'

const GZIP_MAGIC = [0x1f, 0x8b]
/** What may follow the voxels a header promises before the file counts as damaged. */
const SLACK_BYTES = 1 << 16
/** Deflate cannot pack better than this (zlib's documented limit is 1032 to 1). */
const BEST_RATIO = 1100

/**
 * Size of a file in bytes.
 * @throws MedlsamError `input` when it is missing, a folder or empty
 */
export async function fileSize(file: string): Promise<number> {
  const info = await stat(file).catch((error: unknown) => {
    throw inputError(file, `${file} does not exist or cannot be opened: check the path.`, error)
  })
  if (info.isDirectory()) throw inputError(file, `${file} is a folder: name a scan file (DICOM series must be converted to NIfTI first).`)
  if (!info.isFile()) throw inputError(file, `${file} is not a file: name a scan file.`)
  if (info.size === 0) throw inputError(file, `${file} is empty: copy or export it again.`)
  return info.size
}

/**
 * The first bytes of a file, inflated where it is gzipped; fewer when it has no more.
 * Reads and inflates no more than needed.
 */
export async function readStart(file: string, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, await readRange(file, 0, bytes, false))
}

/**
 * Fills `into` with the bytes of a file from `offset` on, where the file is gzipped with its inflated
 * bytes. Inflating stops soon after, so that a file built to explode costs nothing.
 *
 * @param toEnd whether the file should end there: then a gzip checksum is checked, and more data is an error
 * @throws MedlsamError `input` when the file is shorter, cannot be inflated, or is longer than it should be
 */
export async function readVoxelBytes(file: string, offset: number, into: Uint8Array, toEnd: boolean): Promise<void> {
  const storedBytes = await fileSize(file)
  const end = offset + into.length
  const cannotHold = storedBytes * (await isGzip(file) ? BEST_RATIO : 1) < end
  const filled = cannotHold ? 0 : await readRange(file, offset, into, toEnd)
  if (filled < into.length) throw inputError(file, `${file} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`)
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === GZIP_MAGIC[0] && buffer[1] === GZIP_MAGIC[1]
  } finally {
    await handle.close()
  }
}

async function readRange(file: string, offset: number, into: Uint8Array, toEnd: boolean): Promise<number> {
  if (await isGzip(file)) return inflateRange(file, offset, into, toEnd)
  const handle = await open(file)
  try {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await handle.read(into, filled, Math.min(into.length - filled, 1 << 30), offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  } finally {
    await handle.close()
  }
}

async function inflateRange(file: string, offset: number, into: Uint8Array, toEnd: boolean): Promise<number> {
  const stored = createReadStream(file, { highWaterMark: 1 << 18 })
  const inflate = createGunzip({ chunkSize: into.length > 1 << 20 ? 1 << 19 : 1 << 14 })
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
        throw inputError(file, `${file} holds more data than its header promises: it is damaged, so export the scan again.`)
      }
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      const reason = error.code === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged'
      throw inputError(file, `${file} ${reason} (gzip: ${error.message}): copy or download it again.`, error)
    }
    throw error
  } finally {
    stored.destroy()
    inflate.destroy()
  }
  return filled
}
