import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Real CT beside the checkout; tests that need it are skipped without it. */
export const SHARED_DATA = path.resolve(import.meta.dirname, '../../../shared/data')

/** True where the real CT is there. */
export const hasSharedData = existsSync(path.join(SHARED_DATA, 'hn7'))

const COLORS = ['#4363d8', '#ffe119', '#e6194b', '#3cb44b', '#9a6324', '#f58231', '#fffac8']

/** Copies scans with their label maps and names into a fresh folder. */
export function scanWorkspace(
  scans: readonly { readonly id: string; readonly split: string; readonly labels: boolean }[],
): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-scans-'))
  for (const { id, split, labels: withLabels } of scans) {
    copy(path.join(SHARED_DATA, 'hn7', split, `${id}_ct.nii.gz`), path.join(folder, `${id}_ct.nii.gz`))
    if (!withLabels) continue
    copy(path.join(SHARED_DATA, 'hn7', split, `${id}_seg.nii.gz`), path.join(folder, `${id}_seg.nii.gz`))
    writeFileSync(path.join(folder, `${id}_seg.tsv`), labelNames())
  }
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The data set's label names as the table that lies beside a label map. */
function labelNames(): string {
  const { labels } = JSON.parse(readFileSync(path.join(SHARED_DATA, 'hn7/labels.json'), 'utf8')) as {
    labels: Record<string, string>
  }
  return [
    'index\tname\tcolor',
    ...Object.entries(labels).map(([value, name], index) => `${value}\t${name}\t${COLORS[index % COLORS.length]}`),
    '',
  ].join('\n')
}

function copy(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o644)
}

/** Fills a folder with one template and one scan to segment: real CT where there is some, else synthetic ones. */
export function fillIntegrationWorkspace(folder: string): void {
  mkdirSync(folder, { recursive: true })
  if (hasSharedData) {
    const templates = path.join(SHARED_DATA, 'hn7/templates')
    copy(path.join(templates, 'okbp_004_ct.nii.gz'), path.join(folder, 'template_ct.nii.gz'))
    copy(path.join(templates, 'okbp_004_seg.nii.gz'), path.join(folder, 'template_seg.nii.gz'))
    copy(path.join(templates, 'okbp_013_ct.nii.gz'), path.join(folder, 'scan_ct.nii.gz'))
    writeFileSync(path.join(folder, 'template_seg.tsv'), labelNames())
    return
  }
  for (const [seed, name] of [
    [1, 'template'],
    [2, 'scan'],
  ] as const) {
    execFileSync(process.execPath, ['dist/cli.js', 'synthesize', path.join(folder, name), '--seed', String(seed)], {
      cwd: path.resolve(import.meta.dirname, '../..'),
    })
  }
}
