import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ScanFiles } from './scanWorkspace.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const CLI = path.join(ROOT, 'dist/cli.js')
const FOLDER = path.join(ROOT, 'out/synthetic')

/** One of the synthetic patients that all suites share; the built command line makes it when it is first asked for. */
export function syntheticScan(patient: 1 | 2 | 3): ScanFiles {
  const id = `synth_${patient}`
  const prefix = path.join(FOLDER, id)
  const names = `${prefix}_seg_dseg.tsv`
  // What an older build made is made anew.
  if (!existsSync(names) || statSync(names).mtimeMs < statSync(CLI).mtimeMs) makeScan(id, 100 + patient)
  return {
    id,
    ct: `${prefix}_ct.nii.gz`,
    labelMap: `${prefix}_seg.nii.gz`,
    labelNames: readFileSync(names, 'utf8'),
  }
}

function makeScan(id: string, seed: number): void {
  const making = path.join(FOLDER, `making-${process.pid}`)
  mkdirSync(making, { recursive: true })
  execFileSync(process.execPath, [CLI, 'synthesize', path.join(making, id), '--seed', String(seed)])
  // The table comes last: where it is, all is.
  for (const end of ['ct.nii.gz', 'seg.nii.gz', 'seg_dseg.tsv'])
    renameSync(path.join(making, `${id}_${end}`), path.join(FOLDER, `${id}_${end}`))
  rmSync(making, { recursive: true })
}
