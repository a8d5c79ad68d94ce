import { printableLines } from '../shared/shownText.js'

/** Lines for a terminal, which would obey control characters that come out of a file or its name. */
export function terminalText(text: string): string {
  return `${printableLines(text)}\n`
}

/** JSON for programs, which a terminal may show as well. */
export function terminalJson(document: unknown, indent?: number): string {
  const json = JSON.stringify(document, null, indent)
  return `${json.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
