import { inputError } from '../../shared/inputError.js'
import { quoted } from '../../shared/shownText.js'

/** The files that hold the data of a header, which lie in its folder or below it. */
export interface DataFiles {
  /** Their paths from the header's folder, with slashes; the data of one continues that of the one before. */
  readonly names: readonly string[]
}

/** No scan is cut into more. */
const MOST_FILES = 100_000

/**
 * Reads what a header says of its data files: one name; `LIST` and names on the lines that follow; or a pattern such as
 * `slice%03d.raw 1 50 1` (first, last, step). Nothing outside of the header's folder is opened because a header says so.
 * @param value the field's value
 * @param following the header's lines after it
 * @throws MedlsamError `input` with the reason
 */
export function dataFilesOf(value: string, following: readonly string[], file: string): DataFiles {
  if (/^LIST(\s|$)/i.test(value)) {
    const names = following.map((line) => line.trim()).filter(Boolean)
    if (names.length === 0)
      throw inputError(file, `The header of ${file} announces a list of data files, but names none: export it again.`)
    return checked(names, file)
  }
  const pattern = /^(.*%[-+ 0#]*\d*[diu].*?)\s+(-?\d+)\s+(-?\d+)(?:\s+(-?\d+))?(?:\s+\d+)?$/.exec(value)
  return checked(pattern === null ? [value] : namesOf(pattern, file), file)
}

function checked(names: readonly string[], file: string): DataFiles {
  if (names.length > MOST_FILES)
    throw inputError(
      file,
      `The header of ${file} names ${names.length} data files, which no scan has: export it again.`,
    )
  return { names: names.map((name) => insideFolder(name, file)) }
}

/** The names that a pattern of C's printf with whole numbers stands for. */
function namesOf(pattern: RegExpExecArray, file: string): string[] {
  const [from, to, step] = [
    Number(pattern[2]),
    Number(pattern[3]),
    pattern.at(4) === undefined ? 1 : Number(pattern[4]),
  ]
  const count = Math.floor((to - from) / step) + 1
  if (!(count >= 1 && count <= MOST_FILES))
    throw inputError(
      file,
      `The header of ${file} numbers its data files from ${from} to ${to} by ${step}, which cannot be: export it again.`,
    )
  return Array.from({ length: count }, (_, i) =>
    pattern[1].replace(/%([-+ 0#]*)(\d*)[diu]/, (_all, flags: string, width: string) => {
      const number = from + i * step
      const digits = String(Math.abs(number))
      const sign = number < 0 ? '-' : flags.includes('+') ? '+' : ''
      const length = Number(width)
      if (flags.includes('0')) return sign + digits.padStart(length - sign.length, '0')
      return flags.includes('-') ? (sign + digits).padEnd(length) : (sign + digits).padStart(length)
    }),
  )
}

/** A path from the header's folder without steps that lead nowhere. */
function insideFolder(name: string, file: string): string {
  const steps = name
    .replaceAll('\\', '/')
    .split('/')
    .filter((step, i) => step !== '.' && !(step === '' && i > 0))
  if (
    steps.length === 0 ||
    steps.includes('..') ||
    steps[0] === '' ||
    /^[a-z]:$/i.test(steps[0]) ||
    name.includes('\0')
  )
    throw inputError(
      file,
      `The data file ${quoted(name)} of ${file} lies outside of its folder and must lie beside it: put both in one folder and name it in the header without a path.`,
    )
  return steps.join('/')
}
