import path from 'node:path'
import type { DatasetRequest, DatasetScan, SkippedFile } from '../../../shared/datasetRun.js'
import { sha256Of } from '../../../shared/node/hash.js'
import { stemOf } from '../../../shared/scanNames.js'
import { defaultLabelMapPath } from '../../pipeline/outputPaths.js'
import type { FoundScan } from '../discover/findScans.js'

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
export function placeScans(
  found: readonly FoundScan[],
  request: Pick<DatasetRequest, 'folder' | 'out' | 'bids'>,
): PlacedScans {
  const outFolder = outFolderOf(request)
  const scans: DatasetScan[] = []
  const skipped: SkippedFile[] = []
  const taken = new Set<string>()
  for (const { path: scan, layout, file = scan } of found) {
    const wanted = request.bids === true ? bidsOutputs(scan, layout === 'bids') : [defaultLabelMapPath(scan)]
    // Some disks do not tell capital letters from small ones.
    const output = wanted.find((candidate) => !taken.has(candidate.toLowerCase()))
    if (output === undefined) {
      skipped.push({ path: scan, reason: 'sameOutput' })
      continue
    }
    taken.add(output.toLowerCase())
    scans.push({
      path: scan,
      scanPath: path.join(path.resolve(request.folder), file),
      output,
      labelMapPath: path.join(outFolder, output),
    })
  }
  return { scans, skipped }
}

/** What separates words in names; leaving it out hardly ever makes two names one. */
const SEPARATORS = /[/ _.-]/g

/**
 * Paths that a scan's label map may have in a BIDS derivatives dataset, the best first: the whole source name
 * without its suffix, in the folders of its subject, session and data type (BIDS, "File naming conventions" of
 * derivatives). A scan that is not in BIDS gets a subject made of its path; where other characters than BIDS
 * allows are lost from it, or it is another scan's already, with a hash of the path.
 */
function bidsOutputs(scan: string, isBids: boolean): string[] {
  const parts = scan.split('/')
  const stem = stemOf(parts[parts.length - 1])
  const entities = /^(sub-[A-Za-z0-9]+(?:_[a-z]+-[A-Za-z0-9]+)*)_[A-Za-z0-9]+$/.exec(stem)?.[1]
  if (!isBids || entities === undefined) {
    const words = [...parts.slice(0, -1), stem.replace(/[_.-](ct|image|img|scan|0000)$/i, '')]
      .join('')
      .replaceAll(SEPARATORS, '')
    const label = words.replaceAll(/[^A-Za-z0-9]/g, '')
    // Composed, since some disks take accents off their letters.
    const hashed = label + sha256Of(scan.normalize('NFC')).slice(0, 8)
    return (label === words && label !== '' ? [label, hashed] : [hashed]).map(
      (subject) => `sub-${subject}/ct/sub-${subject}_dseg.nii.gz`,
    )
  }
  const subject = /^sub-[A-Za-z0-9]+/.exec(entities)?.[0] ?? ''
  const session = /_(ses-[A-Za-z0-9]+)/.exec(entities)?.[1]
  const dataType = parts.length > 2 ? parts[parts.length - 2] : 'ct'
  return [[subject, ...(session === undefined ? [] : [session]), dataType, `${entities}_dseg.nii.gz`].join('/')]
}
