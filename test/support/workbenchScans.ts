import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Real CT beside the checkout; tests that need it are skipped without it. */
export const SHARED_DATA = path.resolve(import.meta.dirname, '../../../shared/data')

/** True where the real CT is there. */
export const hasSharedData = existsSync(path.join(SHARED_DATA, 'hn7'))

const COLORS = ['#4363d8', '#ffe119', '#e6194b', '#3cb44b', '#9a6324', '#f58231', '#fffac8']

/** Copies scans with their label maps and names into a fresh folder. */
export function scanWorkspace(scans: readonly { readonly id: string; readonly split: string; readonly labels: boolean }[]): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-scans-'))
  const { labels } = JSON.parse(readFileSync(path.join(SHARED_DATA, 'hn7/labels.json'), 'utf8')) as { labels: Record<string, string> }
  const table = ['index\tname\tcolor', ...Object.entries(labels).filter(([value]) => value !== '0').map(([value, name], index) => `${value}\t${name}\t${COLORS[index % COLORS.length]}`), ''].join('\n')
  mkdirSync(folder, { recursive: true })
  for (const { id, split, labels: withLabels } of scans) {
    copy(path.join(SHARED_DATA, 'hn7', split, `${id}_ct.nii.gz`), path.join(folder, `${id}_ct.nii.gz`))
    if (!withLabels) continue
    copy(path.join(SHARED_DATA, 'hn7', split, `${id}_seg.nii.gz`), path.join(folder, `${id}_seg.nii.gz`))
    writeFileSync(path.join(folder, `${id}_seg.tsv`), table)
  }
  return { folder, remove: () => { rmSync(folder, { recursive: true, force: true }) } }
}

function copy(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o644)
}
