import path from 'node:path'
import { labelExtents } from '../labels/extremePoints.js'
import { packNifti } from '../scanFiles/writeNifti.js'
import type { ExportContent, ExportFile } from './exportContent.js'

/** Names of files may not hold these on every system. */
const UNSAFE = /[<>:"/\\|?*\s\p{Cc}]+/gu

/** A NIfTI of zeros and ones per structure that has a voxel, `NAME_mask.nii.gz` in a folder, on the label map's grid. */
export async function encodeStructures(
  { labels, geometry, structures }: ExportContent,
  folder: string,
): Promise<readonly ExportFile[]> {
  const files: ExportFile[] = []
  const taken = new Set<string>()
  for (const { labelValue } of labelExtents(labels)) {
    const structure = structures.find((each) => each.labelValue === labelValue)
    if (structure === undefined) continue
    const file = path.join(folder, `${freeName(structure.name, labelValue, taken)}_mask.nii.gz`)
    const mask = Uint8Array.from(labels.data, (value) => (value === labelValue ? 1 : 0))
    files.push({ file, bytes: await packNifti(file, mask, geometry, 'labels') })
  }
  return files
}

function freeName(name: string, labelValue: number, taken: Set<string>): string {
  const safe = name.replaceAll(UNSAFE, '_').replaceAll(/^[._]+|[._]+$/g, '')
  // Some disks do not tell capital letters from small ones.
  const free =
    safe === '' || taken.has(safe.toLowerCase()) ? `${safe}${safe === '' ? 'Label' : ''}_${labelValue}` : safe
  taken.add(free.toLowerCase())
  return free
}
