import { EXPORT_KINDS } from '../../shared/exportFormats.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { SegmentRequest } from '../../shared/requests.js'
import type { FoundSeries } from '../dicom/findSeries.js'
import { withPseudonyms } from '../dicom/objects/pseudonyms.js'
import { openSourceSeries, type SourceSeries } from '../dicom/objects/sourceSeries.js'

/**
 * The series that DICOM objects of a run will refer to, opened before the work; null where none is asked for.
 * @param found the series of the scan's place; null where it is not DICOM
 * @throws MedlsamError `usage` for a scan that is not DICOM, and what reading the series throws
 */
export async function resultSeries(
  { scanPath, series, write = [], deidentify }: Pick<SegmentRequest, 'scanPath' | 'series' | 'write' | 'deidentify'>,
  found: FoundSeries | null,
): Promise<SourceSeries | null> {
  const format = write.find((each) => EXPORT_KINDS[each].needsSeries)
  if (format === undefined) return null
  if (found === null)
    throw new MedlsamError(
      'usage',
      `${EXPORT_KINDS[format].title} refers to the slices of a DICOM series, and ${scanPath} is none: segment the series itself.`,
      scanPath,
    )
  const source = await openSourceSeries(found, series)
  return deidentify === true ? withPseudonyms(source) : source
}
