import path from 'node:path'
import type { DatasetRequest, DatasetScan, SkippedFile } from '../../protocol/dataset.js'
import { defaultLabelMapPath, SCAN_SUFFIX } from '../pipeline/outputPaths.js'
import type { FoundScan } from './findScans.js'

/** Where a run's results and summary go. */
export function outFolderOf({ folder, out, bids }: Pick<DatasetRequest, 'folder' | 'out' | 'bids'>): string {
  return path.resolve(out ?? (bids === true ? path.join(folder, 'derivatives', 'medlsam') : folder))
}

/** The scans of a dataset with their outputs, and those whose output another scan has already. */
export interface PlacedScans {
  readonly scans: readonly DatasetScan[]
  readonly skipped: readonly SkippedFile[]
}

/** Says for every scan where its label map goes. Two scans never share one: the first by path has it. */
export function placeScans(found: readonly FoundScan[], request: Pick<DatasetRequest, 'folder' | 'out' | 'bids'>): PlacedScans {
  const outFolder = outFolderOf(request)
  const scans: DatasetScan[] = []
  const skipped: SkippedFile[] = []
  const taken = new Set<string>()
  for (const { path: scan, layout } of found) {
    const output = request.bids === true ? bidsOutput(scan, layout === 'bids') : defaultLabelMapPath(scan)
    // Some disks do not tell capital letters from small ones.
    const key = output.toLowerCase()
    if (taken.has(key)) {
      skipped.push({ path: scan, reason: 'same output' })
      continue
    }
    taken.add(key)
    scans.push({ path: scan, scanPath: path.join(path.resolve(request.folder), scan), output, labelMapPath: path.join(outFolder, output) })
  }
  return { scans, skipped }
}

/**
 * Path of a scan's label map in a BIDS derivatives dataset: the whole source name without its suffix, in
 * the folders of its subject, session and data type (BIDS, "File naming conventions" of derivatives).
 * A scan that is not in BIDS gets a subject made of its path.
 */
function bidsOutput(scan: string, isBids: boolean): string {
  const parts = scan.split('/')
  const stem = parts[parts.length - 1].replace(SCAN_SUFFIX, '')
  const entities = /^(sub-[A-Za-z0-9]+(?:_[a-z]+-[A-Za-z0-9]+)*)_[A-Za-z0-9]+$/.exec(stem)?.[1]
  if (!isBids || entities === undefined) {
    const label = [...parts.slice(0, -1), stem.replace(/[_.-](ct|image|img|scan|0000)$/i, '')].join('').replaceAll(/[^A-Za-z0-9]/g, '')
    return `sub-${label}/ct/sub-${label}_dseg.nii.gz`
  }
  const subject = /^sub-[A-Za-z0-9]+/.exec(entities)?.[0] ?? ''
  const session = /_(ses-[A-Za-z0-9]+)/.exec(entities)?.[1]
  const dataType = parts.length > 2 ? parts[parts.length - 2] : 'ct'
  return [subject, ...(session === undefined ? [] : [session]), dataType, `${entities}_dseg.nii.gz`].join('/')
}
