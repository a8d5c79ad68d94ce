import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { LabelStatisticsReport, NamedValue } from '../../shared/labelComparison.js'
import { readScan } from '../scanFiles/readScan.js'
import { labelStatistics } from './labelStatistics.js'
import { placeOnGrid } from './placeOnGrid.js'

/**
 * Statistics of the structures of a label map in a scan, which is read.
 * @param labelFile for sentences
 * @throws MedlsamError `input` when the scan cannot be read or lies elsewhere
 */
export async function scanStatistics(
  scanPath: string,
  labels: LabelVolume,
  labelFile: string,
  names: readonly NamedValue[],
): Promise<LabelStatisticsReport> {
  const scan = await readScan(scanPath, { isTemplate: true })
  const placed = placeOnGrid(labels, scan, labelFile, scanPath)
  const warnings = placed.warning === null ? scan.warnings : [...scan.warnings, placed.warning]
  return { structures: labelStatistics(scan, placed.labels, names), warnings }
}
