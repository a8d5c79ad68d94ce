import { createHash } from 'node:crypto'

/** A UID out of some text (DICOM PS3.5, B.2, from a UUID of version 8): the same text has the same UID everywhere. */
export function uidOf(...parts: readonly string[]): string {
  return uidOfHash(createHash('sha256').update(parts.join('\0')).digest('hex'))
}

/** The same of a SHA-256 in hexadecimal digits. */
export function uidOfHash(sha256: string): string {
  const hex = `${sha256.slice(0, 12)}8${sha256.slice(13, 16)}8${sha256.slice(17, 32)}`
  return `2.25.${BigInt(`0x${hex}`).toString()}`
}
