import { readFile } from 'node:fs/promises'
import { decodeText } from '../decodeText.js'

/**
 * Reads a text file that a person or another program may have written, whatever its byte order mark.
 * @throws Error of the system when it cannot be read
 */
export async function readTextFile(file: string): Promise<string> {
  return decodeText(await readFile(file))
}
