const LONGEST = 80
/** C0 and C1 control characters, delete, line separators, and the marks that turn the direction of text. */
// eslint-disable-next-line no-control-regex -- these are the ones that a terminal or a page would obey
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text with its control characters as escapes such as `\x1b`, so that no terminal, log or page obeys them. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** A name or value out of a file as a message may show it: on one line, cut, in quotes. */
export function quoted(value: string): string {
  // No half of a character that takes two.
  const cut = value.length > LONGEST ? `${value.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…` : value
  return `"${printable(cut)}"`
}

/** No sentence of ours is longer. */
const LONGEST_SENTENCE = 2000

/** A message on one line, cut where a file made it endless. */
export function sentence(message: string): string {
  const cut = message.length > LONGEST_SENTENCE ? `${message.slice(0, LONGEST_SENTENCE)}…` : message
  return printable(cut.replace(/\s*[\r\n]+\s*/g, ' '))
}

/** Lines of text whose control characters, line breaks and tabs aside, are shown as escapes. */
export function printableLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('')
}
