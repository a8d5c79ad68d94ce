import path from 'node:path'
import type { SkippedFile } from '../../../shared/datasetRun.js'
import { isScanName } from '../../../shared/scanNames.js'
import { folderScans } from '../../dicom/folderScans.js'

/** The DICOM series of a folder; paths are relative to the dataset's folder, with slashes. */
export interface DicomScans {
  readonly scans: readonly { readonly path: string; readonly file: string }[]
  readonly skipped: readonly SkippedFile[]
}

/**
 * Finds the CT series whose slices lie in a folder of a dataset itself. Each is a scan that is called like the folder.
 * Slices in the dataset's own folder are left out: results, which go beside a series, would lie outside of the dataset.
 * @param relative the folder, empty for that of the dataset
 */
export async function dicomScans(dataset: string, relative: string, files: ReadonlySet<string>): Promise<DicomScans> {
  const names = [...files].filter((name) => !isScanName(name)).sort()
  const found = await folderScans(path.join(dataset, relative), names).catch(() => 'cannotOpen' as const)
  if (found === null) return { scans: [], skipped: [] }
  if (found === 'cannotOpen') return { scans: [], skipped: [{ path: relative, reason: 'cannotOpen' }] }
  if (relative === '') return { scans: [], skipped: found.length === 0 ? [] : [{ path: '.', reason: 'ownSlices' }] }
  const within = (file: string): string => path.relative(dataset, file).split(path.sep).join('/')
  return {
    scans: found.map(({ stem, place }) => ({ path: within(stem), file: within(place) })),
    skipped: found.length === 0 ? [{ path: relative, reason: 'notCt' }] : [],
  }
}
