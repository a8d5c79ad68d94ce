import { MedlsamError } from '../../../shared/medlsamError.js'
import { placeOnGrid } from '../../../engine/labels/placeOnGrid.js'
import { readLabelMap, type LabelMap } from '../../../engine/scanFiles/readLabelMap.js'
import type { Scan } from '../../../shared/geometry/volume.js'
import type { LabelledScan } from '../labelledDataset.js'

/**
 * Reads the truth of a scan, in the scan's own storage order.
 * @throws MedlsamError `input` when it cannot be read or lies on another grid than its scan
 */
export async function readTruth(
  { scan: scanFile, labels }: Pick<LabelledScan, 'scan' | 'labels'>,
  scan: Pick<Scan, 'size' | 'affine'>,
): Promise<LabelMap> {
  const map = await readLabelMap(labels)
  const { labels: placed, warning } = placeOnGrid(map, scan, labels, scanFile, false)
  if (warning !== null) throw new MedlsamError('input', warning, labels)
  return { ...map, ...placed }
}
