import { unitInMm } from '../../shared/lengthUnits.js'
import { quoted } from '../../shared/shownText.js'

/**
 * How many mm a unit of length is. A header that gives none means mm; one that gives a word that is no length is taken
 * so as well, with a warning.
 */
export function headerUnitInMm(unit: string | undefined, file: string, warnings: string[]): number {
  const known = unitInMm(unit)
  if (known !== null) return known
  const warning = `The header of ${file} gives the unknown unit of length ${quoted(unit ?? '')}; millimetres are assumed.`
  if (!warnings.includes(warning)) warnings.push(warning)
  return 1
}

/** True for a unit of time, such as `ms`. */
export function isTimeUnit(unit: string | undefined): boolean {
  return /^(s|ms|us|µs|sec|secs|seconds?|milliseconds?|min|minutes?|h|hours?|hz)$/i.test((unit ?? '').trim())
}

/** The words of a list of units, which may stand in quotes. */
export function unitsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const words = [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1])
  return words.length > 0 ? words : text.split(/\s+/).filter(Boolean)
}
