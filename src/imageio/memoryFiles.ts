import { inputError } from '../shared/inputError.js'
import type { ImageFiles } from './imageFiles.js'

/** Bytes of files by their paths from the folder of the file that was named, with slashes. */
export type StoredFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/**
 * Files that are in memory as a whole. Packed data is unpacked by the platform's streams (gzip and zlib, with their
 * checksums), in pieces, so that what a header does not promise takes no room.
 * @param named the file that was named, which the others belong to
 */
export function memoryFiles(stored: StoredFiles, named: string): ImageFiles {
  const bytesOf = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = stored.get(name)
    if (bytes !== undefined && bytes.length > 0) return bytes
    throw inputError(
      named,
      bytes === undefined
        ? `${name}, the data file of ${named}, does not exist or cannot be opened: put both in one folder.`
        : `${name} is empty: copy or export it again.`,
    )
  }
  return {
    // Errors of what is not there are those of the promise.
    size: (name) => Promise.resolve().then(() => bytesOf(name).length),
    start: (name, length) => Promise.resolve().then(() => bytesOf(name).subarray(0, length)),
    async *chunks(name, from, isPacked) {
      const bytes = bytesOf(name).subarray(from)
      if (isPacked) yield* unpacked(bytes, name)
      else yield bytes
    },
  }
}

/** Whether bytes are packed with gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

async function* unpacked(bytes: Uint8Array<ArrayBuffer>, file: string): AsyncIterable<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(isGzip(bytes) ? 'gzip' : 'deflate'))
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw inputError(file, `${file} is cut off or damaged: it cannot be unpacked, so copy it again.`, error)
      })
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
