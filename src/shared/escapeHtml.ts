import { printableLines } from './shownText.js'

/** Text as it must stand in HTML, attributes in double quotes included; control characters are shown as escapes. */
export function escapeHtml(text: string): string {
  return printableLines(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
