import { expect, it } from 'vitest'
import { csvText } from '../../../src/shared/csvText.js'
import { escapeHtml } from '../../../src/shared/escapeHtml.js'
import { MedlsamError, toErrorData } from '../../../src/shared/medlsamError.js'
import { printableLines, quoted } from '../../../src/shared/shownText.js'
import { terminalJson, terminalText } from '../../../src/cli/terminal.js'

const NASTY = 'a\u001b[31mred\u009b2J\u0000\u202eb'
const SHOWN = 'a\\x1b[31mred\\x9b2J\\x00\\u202eb'

it('shows control characters as escapes, wherever text out of a file is shown', () => {
  expect(quoted(NASTY)).toBe(`"${SHOWN}"`)
  expect(new MedlsamError('input', `${NASTY}.`).message).toBe(`${SHOWN}.`)
  expect(toErrorData(new Error(NASTY)).message).toBe(SHOWN)
  expect(escapeHtml(`<${NASTY}>`)).toBe(`&lt;${SHOWN}&gt;`)
  expect(csvText(NASTY)).toBe(SHOWN)
  expect(terminalText(`one\n${NASTY}\ttwo`)).toBe(`one\n${SHOWN}\ttwo\n`)
  expect(JSON.parse(terminalJson({ NASTY }))).toEqual({ NASTY })
  // eslint-disable-next-line no-control-regex -- they must not be there
  expect(terminalJson({ NASTY })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

it('cuts what a file made endless, and keeps a message on one line', () => {
  expect(quoted('x'.repeat(5000))).toHaveLength(83)
  expect(new MedlsamError('input', `two\n lines of ${'x'.repeat(1e6)}`).message).toMatch(/^two lines of x{1900,2000}…$/)
  expect(printableLines('a\r\nb')).toBe('a\r\nb')
})

it('puts an apostrophe before what a spreadsheet would run', () => {
  for (const text of ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\t=1']) expect(csvText(text)).toMatch(/^'/)
  for (const text of ['Larynx', '-12.5', '+3', '-1e-5', '-', 'a=b', '']) expect(csvText(text)).toBe(text)
})
