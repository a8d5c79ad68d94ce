import { readFile } from 'node:fs/promises'
import { decodeText } from '../decodeText.js'

/**
 * Reads a text file that a person or another program may have written, whatever its byte order mark.
 * @throws Error of the system when it cannot be read
 */
export async function readTextFile(file: string): Promise<string> {
  return decodeText(await readFile(file))
}

/**
 * {@link readTextFile}, but null for a file that is not there. One that is there and cannot be read is another matter:
 * whoever took it for none would write over it.
 * @throws Error of the system when it cannot be read
 */
export async function readTextFileIfAny(file: string): Promise<string | null> {
  return readTextFile(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  })
}
