import { escapeHtml } from '../../shared/escapeHtml.js'
import type { Table } from '../../shared/figureTable.js'
import type { StructureStatistics } from '../../shared/labelComparison.js'
import { noteHtml, tablePage } from '../tablePage.js'

/** A link of the page: what it says and where it leads. */
export interface PageLink {
  readonly text: string
  readonly href: string
}

/** Statistics of structures as a page for people: fewer columns than the file has. */
export function statisticsPage(
  { title, rows }: Table,
  structures: readonly StructureStatistics[],
  warnings: readonly string[],
  links: readonly PageLink[],
): string {
  const head = ['Structure', 'Volume ml', 'Mean HU', 'SD HU', 'Box mm (R-L × P-A × I-S)', 'Centre mm (R, A, S)']
  const mm = (values: readonly number[], between: string): string =>
    values.map((value) => value.toFixed(0)).join(between)
  const lines = structures.map(({ name, boxMm: { min, max }, centreMm }, i) => {
    const cells = [
      ...rows[i].slice(2, 5).map(({ text }) => text),
      mm(
        [0, 1, 2].map((axis) => max[axis] - min[axis]),
        ' × ',
      ),
      mm(centreMm, ', '),
    ]
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return tablePage(title, [
    `<p>${links.map(({ text, href }) => `<a href="${escapeHtml(href)}">${text}</a>`).join(' · ')}</p>`,
    ...warnings.map(noteHtml),
    structures.length === 0
      ? '<p>The label map is empty.</p>'
      : `<table><thead><tr>${head.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table>`,
  ])
}
