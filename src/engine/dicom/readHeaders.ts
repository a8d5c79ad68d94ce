import { open, stat } from 'node:fs/promises'
import { beginsAsDicom, PREFIX_END } from './dataSet.js'
import { parseHeader } from './parseHeader.js'
import type { SliceHeader } from './sliceHeader.js'

/** Headers are read by so many bytes at first, most fit; then by more, up to a size that no header of a slice has. */
const START_BYTES = [1 << 15, 1 << 20, 1 << 28] as const
/** Files are read so many at a time: on network drives nearly all of it is waiting. */
const FILES_AT_ONCE = 8

/** What some files are. */
export interface ReadHeaders {
  readonly headers: readonly SliceHeader[]
  /** DICOM files whose header cannot be understood. */
  readonly damaged: readonly string[]
  /** Files that are not DICOM. */
  readonly others: number
}

/** Reads the headers of the DICOM files among some files; of no file more than its header is kept. */
export async function readHeaders(files: readonly string[]): Promise<ReadHeaders> {
  const headers: SliceHeader[] = []
  const damaged: string[] = []
  let others = 0
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    const some = files.slice(from, from + FILES_AT_ONCE)
    const read = await Promise.all(some.map(readHeader))
    read.forEach((header, i) => {
      if (header === 'other') others++
      else if (header === 'damaged') damaged.push(some[i])
      else headers.push(header)
    })
  }
  return { headers, damaged, others }
}

/** Whether a file is DICOM by its first bytes; no where it cannot be read. */
export async function isDicomFile(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return false
  try {
    const start = new Uint8Array(PREFIX_END)
    const { bytesRead } = await handle.read(start, 0, start.length, 0)
    return bytesRead === start.length && beginsAsDicom(start)
  } catch {
    // A folder, among others.
    return false
  } finally {
    await handle.close()
  }
}

async function readHeader(file: string): Promise<SliceHeader | 'damaged' | 'other'> {
  if (!(await isDicomFile(file))) return 'other'
  const { size } = await stat(file)
  for (const length of START_BYTES) {
    const parsed = parseHeader(await startOf(file, Math.min(length, size)), file, size)
    if (parsed?.isWhole === true) return parsed.header
    if (length >= size) break
  }
  return 'damaged'
}

/** The bytes of a DICOM file before its pixels, or all of it where it has none. */
export async function bytesBeforePixels(file: string): Promise<Uint8Array> {
  const header = await readHeader(file)
  const { size } = await stat(file)
  return startOf(file, typeof header === 'string' ? 0 : (header.pixels?.offsetBytes ?? size))
}

async function startOf(file: string, length: number): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await handle.close()
  }
}
