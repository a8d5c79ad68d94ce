import path from 'node:path'
import type { DatasetPlan } from '../../../shared/datasetRun.js'
import { escapeHtml } from '../../../shared/escapeHtml.js'
import { linkTo } from '../place/linkTo.js'
import { OVERVIEW_PIXELS } from '../workers/overviewImages.js'
import { FLAG_TEXTS } from './flags.js'
import { reasonOf } from './summaryCsv.js'
import { summaryScript } from './summaryScript.js'
import { summaryStyle } from './summaryStyle.js'
import type { JudgedScan, JudgedStructure } from './judge.js'

/**
 * The summary as one HTML page that needs nothing else: a card per scan with its overview image, the likeliest
 * failures first. Paths in it are relative, so that the folder can be moved; nothing in it depends on when
 * or where it was made.
 */
export function summaryHtml(scans: readonly JudgedScan[], { outFolder, request }: DatasetPlan): string {
  const structures = namesOf(scans)
  const count = (status: JudgedScan['status']): number => scans.filter((scan) => scan.status === status).length
  const flagged = scans.filter(isFlagged).length
  const next = byGain(scans).at(0)
  const facts = [
    `${scans.length} scans`,
    `${count('done')} done`,
    ...(['failed', 'nothingFound', 'waiting', 'kept'] as const)
      .filter((status) => count(status) > 0)
      .map((status) => `${count(status)} ${STATUS_WORDS[status]}`),
    `${flagged} to look at`,
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MedLSAM: ${escapeHtml(path.basename(path.resolve(request.folder)))}</title>
<style>${summaryStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(path.basename(path.resolve(request.folder)))}</h1>
<p class="facts">${facts.map(escapeHtml).join(' · ')}. Not a medical device: check results.</p>
${next === undefined ? '' : nextText(next, outFolder)}
<form id="filters">
<label>Structure <select id="structure"><option value="">all</option>${structures.map((name) => `<option>${escapeHtml(name)}</option>`).join('')}</select></label>
<label>Show <select id="show"><option value="">all scans</option><option value="flagged">only scans to look at</option><option value="failed">only failed scans</option><option value="open">only scans nobody has accepted</option></select></label>
<label>Sort <select id="sort"><option value="gain">what to correct next first</option><option value="concern">likeliest failures first</option><option value="name">by name</option><option value="volume">by volume of the structure</option></select></label>
<label>Name <input id="name" type="search" placeholder="part of the path"></label>
<output id="shown"></output>
<span class="keys">n, p: next, previous scan</span>
</form>
</header>
<main id="cards">
${scans.map((scan, rank) => card(scan, rank, outFolder)).join('\n')}
</main>
<script>${summaryScript}</script>
</body>
</html>
`
}

/** Scans that correcting promises something of, the most promising first. */
function byGain(scans: readonly JudgedScan[]): JudgedScan[] {
  return scans.filter(({ gain }) => gain.value > 0).sort((a, b) => b.gain.value - a.gain.value)
}

/** The answer to the question which scan to correct next. */
function nextText({ scan, gain }: JudgedScan, outFolder: string): string {
  const why = gain.reasons.length === 0 ? 'nothing stands out, it is as good as any' : gain.reasons.join('; ')
  return `<p class="next">Correct next: <a href="${linkTo(scan.scanPath, outFolder)}">${escapeHtml(scan.path)}</a> (${escapeHtml(why)}).</p>`
}

const STATUS_WORDS: Readonly<Record<JudgedScan['status'], string>> = {
  done: 'done',
  kept: 'left alone',
  failed: 'failed',
  nothingFound: 'nothing found',
  waiting: 'not done yet',
}

function card(scan: JudgedScan, rank: number, outFolder: string): string {
  const { path: name, scanPath, labelMapPath } = scan.scan
  const hasResult = scan.sidecar !== null || scan.status === 'kept'
  const links = [
    `<a href="${linkTo(scanPath, outFolder)}">scan</a>`,
    ...(hasResult ? [`<a href="${linkTo(labelMapPath, outFolder)}">label map</a>`] : []),
    `<a class="code" hidden data-file="${linkTo(scanPath, outFolder)}">open in VS Code</a>`,
  ]
  const status = scan.status === 'done' ? '' : `<span class="flag ${scan.status}">${STATUS_WORDS[scan.status]}</span>`
  const reason = reasonOf(scan)
  return `<article data-rank="${rank}" data-name="${escapeHtml(name)}" data-status="${scan.status}" data-flagged="${isFlagged(scan) ? 1 : 0}" data-gain="${scan.gain.value.toFixed(3)}" data-output="${escapeHtml(scan.scan.output)}" data-review="${scan.review ?? ''}" tabindex="0">
<h2>${escapeHtml(name)}</h2>
<p class="flags">${status}${scan.flags.map((flag) => `<span class="flag bad">${escapeHtml(FLAG_TEXTS[flag])}</span>`).join('')}</p>
${overviewImage(scan)}
${scan.gain.reasons.length === 0 ? '' : `<p class="why">${escapeHtml(scan.gain.reasons.join('; '))}</p>`}
${reason === null ? '' : `<p class="failure">${escapeHtml(reason)}</p>`}
${scan.structures.length === 0 ? '' : table(scan.structures)}
<p class="links">${links.join('\n')}</p>${hasResult ? REVIEW : ''}
</article>`
}

/** What a person says of a result; buttons where it can be kept, which is in VS Code. */
const REVIEW = `
<p class="review"><span class="verdict"></span><span class="asks" hidden><button type="button" data-ask="accepted">Accept</button><button type="button" data-ask="rejected">Reject</button><button type="button" data-ask="template">Make Template</button></span></p>`

function overviewImage({ overview: png, scan }: JudgedScan): string {
  if (png === null) return '<p class="empty">no picture</p>'
  return `<img width="${2 * OVERVIEW_PIXELS}" height="${OVERVIEW_PIXELS}" loading="lazy" alt="Axial and coronal slice of ${escapeHtml(scan.path)} with outlines" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`
}

function table(structures: readonly JudgedStructure[]): string {
  return `<table>
<thead><tr><th>structure</th><th>confidence</th><th>ml</th><th>HU</th><th>look at</th></tr></thead>
<tbody>
${structures.map(row).join('\n')}
</tbody>
</table>`
}

function row({ structure, flags, concern }: JudgedStructure): string {
  const { name, color, confidence, volumeMl, meanHu, reason } = structure
  const title = reason === undefined ? '' : ` title="${escapeHtml(reason)}"`
  return `<tr data-structure="${escapeHtml(name)}" data-concern="${concern.toFixed(3)}" data-volume="${volumeMl?.toFixed(3) ?? ''}" data-flagged="${flags.length > 0 ? 1 : 0}"${title}><td><i style="background:${escapeHtml(color)}"></i>${escapeHtml(name)}</td><td>${confidence.toFixed(2)}</td><td>${volumeMl?.toFixed(1) ?? ''}</td><td>${meanHu?.toFixed(0) ?? ''}</td><td>${escapeHtml(flags.map((flag) => FLAG_TEXTS[flag]).join(', '))}</td></tr>`
}

function isFlagged({ status, flags, structures }: JudgedScan): boolean {
  return (
    status === 'failed' ||
    status === 'nothingFound' ||
    flags.length > 0 ||
    structures.some((structure) => structure.flags.length > 0)
  )
}

/** Names of all structures, in the order of the templates. */
function namesOf(scans: readonly JudgedScan[]): string[] {
  const values = new Map(
    scans.flatMap((scan) => scan.structures.map(({ structure }) => [structure.name, structure.labelValue] as const)),
  )
  return [...values].sort((a, b) => a[1] - b[1]).map(([name]) => name)
}
