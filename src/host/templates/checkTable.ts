import type { TemplateCheckReport } from '../../protocol/rpc.js'
import { escapeHtml } from '../../shared/escapeHtml.js'
import type { TemplateSet } from '../../shared/templateSet.js'
import { noteHtml, tablePage } from '../tablePage.js'

/** A check of a set: scans against structures. */
export interface CheckTable {
  readonly structures: readonly string[]
  readonly scans: readonly { readonly id: string; readonly cells: readonly (CheckCell | null)[] }[]
  /** Sentences about what was not compared, and about what is wrong. */
  readonly notes: readonly string[]
  readonly flagged: number
}

/** How far the walls of a structure lie from where the other scans put them. */
interface CheckCell {
  readonly wallErrorMm: number
  readonly flagged: boolean
}

/** The report as a table; says what was compared with nothing. */
export function checkTable(set: TemplateSet, report: TemplateCheckReport): CheckTable {
  const used = set.scans.filter(({ enabled }) => enabled)
  const structures = set.structures.map(({ name }) => name)
  const cellOf = (template: string, structure: string): CheckCell | null =>
    report.rows.find((row) => row.template === template && row.structure === structure) ?? null
  const alone = structures.filter((name) => used.filter((scan) => Object.hasOwn(scan.structures, name)).length < 2)
  return {
    structures,
    scans: used.map(({ id }) => ({ id, cells: structures.map((name) => cellOf(id, name)) })),
    notes: [
      ...(report.rows.length === 0 ? ['Nothing could be compared: no structure is in two scans that are in use.'] : []),
      ...(report.rows.length > 0 && alone.length > 0
        ? [`${alone.join(', ')}: in fewer than two scans in use, so there is nothing to compare.`]
        : []),
      ...report.problems,
    ],
    flagged: report.rows.filter(({ flagged }) => flagged).length,
  }
}

/** The table as a page without scripts; `linkOf` gives the address that opens a scan. */
export function checkPage(set: TemplateSet, table: CheckTable, linkOf: (scanId: string) => string | null): string {
  const head = table.structures.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')
  const rows = table.scans.map(({ id, cells }) => {
    const link = linkOf(id)
    const name = link === null ? escapeHtml(id) : `<a href="${escapeHtml(link)}">${escapeHtml(id)}</a>`
    return `<tr><th scope="row">${name}</th>${cells.map(cellHtml).join('')}</tr>`
  })
  return tablePage(`Check of ${set.name}`, [
    '<p>Each scan is looked for with the others. Millimetres from where its own points put the walls, mean over six; far worse than usual is marked.</p>',
    ...table.notes.map(noteHtml),
    table.scans.length === 0
      ? ''
      : `<table><thead><tr><th scope="col">Scan</th>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  ])
}

function cellHtml(cell: CheckCell | null): string {
  if (cell === null) return '<td class="none">–</td>'
  const mm = cell.wallErrorMm.toFixed(1)
  return cell.flagged ? `<td class="flagged" title="Check these points">⚠ ${mm}</td>` : `<td>${mm}</td>`
}
