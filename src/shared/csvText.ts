import { printable } from './shownText.js'

/** What spreadsheets take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/**
 * A word as it may stand in a cell of CSV: spreadsheets run what looks like a formula (OWASP, "CSV injection"), so an
 * apostrophe is put in front. Numbers stay as they are.
 */
export function csvText(text: string): string {
  return (text.length > 1 && FORMULA.test(text) && !NUMBER.test(text) ? "'" : '') + printable(text)
}
