import { inputError } from '../../shared/inputError.js'
import type { TextFormat } from './textHeader.js'

const LF = 0x0a
const CR = 0x0d
/** What is read first; most headers are shorter. */
const FIRST_BYTES = 1 << 16
/** A header that does not end by then is none. */
const MOST_BYTES = 1 << 26

/**
 * Reads a text header, however long it is.
 * @param read the first bytes of the file, as many as are asked for or all
 * @returns the bytes up to the first of the data; all of them where no data follows
 * @throws MedlsamError `input` when it does not end
 */
export async function readHeaderBytes(
  read: (length: number) => Promise<Uint8Array>,
  file: string,
  format: TextFormat,
): Promise<Uint8Array> {
  for (let length = FIRST_BYTES; length <= MOST_BYTES; length *= 8) {
    const start = await read(length)
    if (!beginsLike(start, format)) return start.subarray(0, FIRST_BYTES)
    const end = format === 'nrrd' ? nrrdHeaderEnd(start) : metaHeaderEnd(start)
    if (end !== null) return start.subarray(0, end)
    if (start.length < length) return start
  }
  throw inputError(file, `The header of ${file} does not end within ${MOST_BYTES >> 20} MB: export the scan again.`)
}

/** Whether it is worth to look for the header's end; a byte order mark (UTF-8, here in Latin-1) may stand in front. */
function beginsLike(start: Uint8Array, format: TextFormat): boolean {
  switch (format) {
    case 'nrrd':
      return /^(ï»¿)?NR/.test(new TextDecoder('latin1').decode(start.subarray(0, 8)))
    case 'meta': {
      // The first line is a name and a value.
      const first = new TextDecoder('latin1').decode(start.subarray(0, 256))
      return /^(?:ï»¿)?\s*(?:[#%].*\n\s*)*[A-Za-z][A-Za-z0-9_]*[ \t]*[=:]/.test(first)
    }
  }
}

/** An empty line ends the header of an NRRD file; null where there is none. */
function nrrdHeaderEnd(bytes: Uint8Array): number | null {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return null
}

/** The line with the name of the data file is the last of a MetaImage header, a list of files aside; null before it. */
function metaHeaderEnd(bytes: Uint8Array): number | null {
  for (let at = 0; at >= 0 && at < bytes.length;) {
    const end = bytes.indexOf(LF, at)
    const line = bytes.subarray(at, end < 0 ? Math.min(bytes.length, at + 256) : Math.min(end, at + 256))
    const text = new TextDecoder('latin1').decode(line)
    if (/^\s*ElementDataFile\s*[=:]/i.test(text)) {
      if (/[=:]\s*LIST\b/i.test(text)) return null
      return end < 0 ? null : end + 1
    }
    at = end < 0 ? -1 : end + 1
  }
  return null
}
