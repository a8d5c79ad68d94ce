import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { syntheticScan } from './syntheticScans.js'

/** A scan, and what was drawn in it, that tests get copies of. */
export interface ScanFiles {
  /** The copies are `ID_ct.nii.gz`, `ID_seg.nii.gz` and `ID_seg.tsv`. */
  readonly id: string
  readonly ct: string
  readonly labelMap: string
  /** The text of the table that names the label values. */
  readonly labelNames: string
}

/** What of a scan a workspace gets. */
export interface WantedScan {
  readonly scan: ScanFiles
  readonly labels: boolean
}

/** Copies scans with their label maps and names into a fresh folder. */
export function scanWorkspace(scans: readonly WantedScan[]): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-scans-'))
  for (const { scan, labels } of scans) copyScan(scan, path.join(folder, scan.id), labels)
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function copyScan({ ct, labelMap, labelNames }: ScanFiles, prefix: string, labels: boolean): void {
  copyWritable(ct, `${prefix}_ct.nii.gz`)
  if (!labels) return
  copyWritable(labelMap, `${prefix}_seg.nii.gz`)
  writeFileSync(`${prefix}_seg.tsv`, labelNames)
}

function copyWritable(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o644)
}

/** Fills a folder with one template and one scan to segment. */
export function fillIntegrationWorkspace(folder: string): void {
  mkdirSync(folder, { recursive: true })
  copyScan(syntheticScan(1), path.join(folder, 'template'), true)
  copyScan(syntheticScan(2), path.join(folder, 'scan'), false)
}
