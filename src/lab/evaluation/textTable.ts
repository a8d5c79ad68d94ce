import { escapeHtml } from '../../shared/escapeHtml.js'
import type { Cell, Table } from '../../shared/figureTable.js'

/** The table in Markdown, best figures in bold. */
export function toMarkdown({ columns, rows, note }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line(columns),
    line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(row.map(({ text, best }) => (best === true ? `**${text}**` : text)))),
    ...(note === undefined ? [] : ['', note]),
    '',
  ].join('\n')
}

/** The table as a LaTeX `tabular` that needs no package. */
export function toLatex({ title, columns, rows, footRows = 0, note }: Table): string {
  const line = (cells: readonly string[]): string => `  ${cells.join(' & ')} \\\\`
  const body = rows.map((row) =>
    line(row.map(({ text, best }) => (best === true ? `\\textbf{${latex(text)}}` : latex(text)))),
  )
  const foot = footRows > 0 ? ['  \\hline', ...body.splice(-footRows)] : []
  return [
    `% ${title.replaceAll('\n', ' ')}`,
    `\\begin{tabular}{l${'r'.repeat(columns.length - 1)}}`,
    '  \\hline',
    line(columns.map(latex)),
    '  \\hline',
    ...body,
    ...foot,
    '  \\hline',
    '\\end{tabular}',
    ...(note === undefined ? [] : [`% ${note.replaceAll('\n', ' ')}`]),
    '',
  ].join('\n')
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '±': '$\\pm$',
  '–': '--',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '×': '$\\times$',
}

function latex(text: string): string {
  return text.replaceAll(/[\\±–~^×&%$#_{}]/g, (char) => LATEX[char] ?? `\\${char}`)
}

/** The table in HTML, to be sorted by a click on a column's title. */
export function toHtml({ title, columns, rows, footRows = 0, note }: Table): string {
  const row = (cells: readonly Cell[]): string =>
    `<tr>${cells
      .map(({ text, value, best }, i) => {
        const inner = best === true ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text)
        return i === 0
          ? `<th scope="row">${inner}</th>`
          : `<td${value === undefined ? '' : ` data-value="${value}"`}>${inner}</td>`
      })
      .join('')}</tr>`
  const body = rows.map(row)
  const foot = footRows > 0 ? body.splice(-footRows) : []
  return [
    `<table class="sortable"><caption>${escapeHtml(title)}</caption>`,
    `<thead><tr>${columns.map((column) => `<th scope="col"><button type="button">${escapeHtml(column)}</button></th>`).join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    ...(foot.length > 0 ? [`<tfoot>${foot.join('\n')}</tfoot>`] : []),
    '</table>',
    ...(note === undefined ? [] : [`<p class="note">${escapeHtml(note)}</p>`]),
  ].join('\n')
}
