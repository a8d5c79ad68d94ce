import { companionFiles } from '../../imageio/companionFiles.js'
import type { StoredFiles } from '../../imageio/memoryFiles.js'
import type { FileSource } from '../../protocol/scanEditor.js'
import { ScanProblem, tooLarge } from './scanProblem.js'

/** Bytes read so far, and of how many as far as is known. */
export type ReadListener = (doneBytes: number, totalBytes: number) => void

/** How far the files of an image have come. */
interface Fetching {
  readonly limitBytes: number
  readonly onRead: ReadListener
  doneBytes: number
  totalBytes: number
}

/**
 * Fetches a file and those that its header names, which lie in its folder or below it. Of what is not there the reader
 * says so.
 * @throws ScanProblem when the file cannot be read, or all together are too large
 * @throws MedlsamError `input` when the header is wrong
 */
export async function fetchedFiles(
  { url, name, sizeBytes }: FileSource,
  limitBytes: number,
  onRead: ReadListener,
): Promise<StoredFiles> {
  const fetching = { limitBytes, onRead, doneBytes: 0, totalBytes: sizeBytes }
  const first = await fetch(url)
  if (!first.ok)
    throw new ScanProblem(
      `The file cannot be read (${first.status}). Check that it still exists and that you may read it.`,
    )
  const files = new Map([[name, await bytesOf(first, fetching)]])
  for (const names of await companionFiles(files, name)) {
    for (const each of names) {
      const response = await fetch(besideUrl(url, each)).catch(() => null)
      if (response?.ok !== true) continue
      fetching.totalBytes = fetching.doneBytes + (Number(response.headers.get('content-length')) || 0)
      files.set(each, await bytesOf(response, fetching))
      break
    }
  }
  return files
}

/**
 * The address of a file beside another one.
 * @param file its path from the other's folder, with slashes
 */
export function besideUrl(url: string, file: string): string {
  const beside = new URL(url)
  const folder = beside.pathname.slice(0, beside.pathname.lastIndexOf('/') + 1)
  beside.pathname = folder + file.split('/').map(encodeURIComponent).join('/')
  return beside.toString()
}

async function bytesOf({ body }: Response, fetching: Fetching): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    fetching.doneBytes += value.byteLength
    fetching.totalBytes = Math.max(fetching.totalBytes, fetching.doneBytes)
    fetching.onRead(fetching.doneBytes, fetching.totalBytes)
    if (fetching.doneBytes > fetching.limitBytes) {
      await reader.cancel()
      throw tooLarge(fetching.limitBytes)
    }
    chunks.push(value)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}
