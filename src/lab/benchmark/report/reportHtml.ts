import { escapeHtml } from '../../../shared/escapeHtml.js'
import type { Table } from '../../../shared/figureTable.js'
import { toHtml } from '../../evaluation/textTable.js'
import type { Benchmark } from '../benchmarkTypes.js'
import type { ShownCase } from './bestAndWorst.js'
import { LINE_COLORS } from './caseImage.js'

/** A chart with its title and what it shows. */
export interface Chart {
  readonly title: string
  readonly note: string
  readonly svg: string
}

/** What the page is made of. */
export interface ReportParts {
  readonly benchmark: Benchmark
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  readonly shown: readonly ShownCase[]
  /** Every score, one a row. */
  readonly scores: Table
  /** Cases that failed and structures that were missed. */
  readonly failures: readonly string[]
}

/** The report as one page that needs nothing else: no network, no other file. */
export function reportHtml({ benchmark, tables, charts, shown, scores, failures }: ReportParts): string {
  const { templates, cases, segmenters, seed, warnings } = benchmark
  const facts = [
    `${cases.length} scans`,
    `${templates.ids.length} templates (${templates.ids.join(', ')})`,
    segmenters.length === 0 ? 'boxes only' : `segmented with ${segmenters.join(', ')}`,
    `seed ${seed}`,
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MedLSAM benchmark</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>MedLSAM benchmark</h1><p>${facts.map(escapeHtml).join(' · ')}. Not a medical device.</p></header>
<main>
${tables.map((table) => `<section>${toHtml(table)}</section>`).join('\n')}
${charts.map(({ title, note, svg }) => `<section><h2>${escapeHtml(title)}</h2><p class="note">${escapeHtml(note)}</p><div class="chart" role="img" aria-label="${escapeHtml(title)}">${svg}</div></section>`).join('\n')}
<section><h2>Worst and best case of every organ</h2>
<p class="note">Axial and coronal slice with most of the true organ, the patient's right on the left.
${(['truth', 'prediction', 'box', 'parts'] as const).map((line) => `<span class="line" style="--line-color:${LINE_COLORS[line]}">${LINE_WORDS[line]}</span>`).join(' ')}</p>
<div class="cases">${shown.map(figure).join('\n')}</div></section>
${failures.length + warnings.length === 0 ? '' : `<section><h2>Failures and notes</h2><ul>${[...failures, ...warnings].map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></section>`}
<section><details><summary>All scores</summary><div class="wide">${toHtml(scores)}</div></details></section>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`
}

const LINE_WORDS = { truth: 'truth', prediction: 'predicted', box: 'box found', parts: 'its parts' } as const

function figure({ structure, kind, id, dice, boxIou, wallDistanceMm, reason, png }: ShownCase): string {
  const overlap = dice === null ? `box IoU ${(100 * (boxIou ?? 0)).toFixed(1)} %` : `DSC ${(100 * dice).toFixed(1)} %`
  const facts = [
    `${structure}, ${kind}: ${overlap}`,
    ...(wallDistanceMm === null ? [] : [`walls ${wallDistanceMm.toFixed(1)} mm off`]),
    id,
    ...(reason === null ? [] : [reason]),
  ]
  return `<figure class="${kind}"><img alt="${escapeHtml(facts[0])}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}"><figcaption>${facts.map(escapeHtml).join('<br>')}</figcaption></figure>`
}

const STYLE = `
:root { color-scheme: light; --text: #1c2330; --quiet: #5b6575; --line: #dfe3e9; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f5f7; color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
header, main { max-width: 1180px; margin: 0 auto; padding: 16px 20px; }
header p, .note { color: var(--quiet); margin: 4px 0; }
h1 { font-size: 22px; margin: 8px 0 0; }
h2, caption { font-size: 16px; font-weight: 600; text-align: left; margin: 0 0 6px; color: var(--text); }
section { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 16px; margin: 0 0 16px; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-top: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; }
thead th { border-top: 0; vertical-align: bottom; white-space: normal; }
thead button { font: inherit; font-size: 12px; color: var(--quiet); background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
thead th[aria-sort=ascending] button::after { content: " \\25B2"; }
thead th[aria-sort=descending] button::after { content: " \\25BC"; }
tfoot { border-top: 2px solid var(--quiet); font-weight: 500; }
.chart svg { display: block; max-width: 100%; height: auto; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(480px, 1fr)); gap: 14px; }
figure { margin: 0; }
figure img { width: 100%; height: auto; background: #000; border-radius: 3px; display: block; }
figcaption { font-size: 13px; margin-top: 4px; }
figure.worst figcaption::first-line { color: var(--bad); }
.line { border: 2px solid var(--line-color); background: #333; color: #fff; border-radius: 3px; padding: 0 6px; margin-right: 6px; }
.wide table { font-size: 12px; }
.wide td, .wide th { text-align: left; }
summary { cursor: pointer; font-weight: 600; }
`

/** Sorts a table's rows by the column whose title is clicked, numbers by their value and not as shown. */
const SCRIPT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => head.querySelector('button').addEventListener('click', () => {
    const descending = head.getAttribute('aria-sort') === 'ascending'
    heads.forEach((other) => other.removeAttribute('aria-sort'))
    head.setAttribute('aria-sort', descending ? 'descending' : 'ascending')
    const valueOf = (row) => { const cell = row.cells[column]; return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value) }
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [p, q] = [valueOf(a), valueOf(b)]
      // What has no figure stays below.
      if (typeof p !== typeof q) return typeof p === 'number' ? -1 : 1
      const order = typeof p === 'number' ? p - q : p.localeCompare(q)
      return descending ? -order : order
    })
    table.tBodies[0].append(...rows)
  }))
}
`
