import type { Structure } from '../../shared/structure.js'
import type { VoxelGrid } from '../dicom/objects/drawnStructure.js'
import { readDicomLabels } from '../dicom/objects/readDicomLabels.js'
import { readLabelMap, type LabelMap } from './readLabelMap.js'

/** A label map, and the names that it brings itself: DICOM objects have them, null for image files. */
export interface LabelsWithNames extends LabelMap {
  readonly structures: readonly Structure[] | null
}

/**
 * Reads what was drawn on a scan: a label map in any format of scans as it is, a DICOM SEG or RTSTRUCT on the scan's grid.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function readLabelsOn(file: string, grid: VoxelGrid): Promise<LabelsWithNames> {
  return (await readDicomLabels(file, grid)) ?? { ...(await readLabelMap(file)), structures: null }
}
