import { MedlsamError } from '../../shared/medlsamError.js'
import { EXPORT_KINDS, type ExportFormat } from '../../shared/exportFormats.js'
import type { LabelsOfSeries } from '../dicom/objects/labelObject.js'
import { colorTable, labelDescription } from './colorFiles.js'
import { onSeries, type ExportContent, type ExportFile } from './exportContent.js'
import { encodeStructures } from './encodeStructures.js'
import { encodeSlicerSegmentation } from './slicerSegmentation.js'

/**
 * The bytes of a label map in another format.
 * @param out file, of one NIfTI per structure folder, that they go to
 * @throws MedlsamError `usage` where the format needs the series and it is not known; `input` where the label map lies
 *   elsewhere
 */
export async function encodeExport(
  format: ExportFormat,
  content: ExportContent,
  out: string,
): Promise<readonly ExportFile[]> {
  const one = (bytes: Uint8Array): readonly ExportFile[] => [{ file: out, bytes }]
  switch (format) {
    // Loaded where they are needed: few runs write DICOM, and every command would wait for the dictionary.
    case 'seg': {
      const { encodeSegmentation } = await import('../dicom/objects/encodeSegmentation.js')
      return one(encodeSegmentation(labelsOfSeries(format, content)))
    }
    case 'rtstruct': {
      const { encodeRtStruct } = await import('../dicom/objects/encodeRtStruct.js')
      return one(encodeRtStruct(labelsOfSeries(format, content)))
    }
    case 'seg.nrrd':
      return one(await encodeSlicerSegmentation(content))
    case 'nifti-per-structure':
      return encodeStructures(content, out)
    case 'itksnap':
      return one(Buffer.from(labelDescription(content.structures)))
    case 'slicer-colors':
      return one(Buffer.from(colorTable(content.structures)))
  }
}

function labelsOfSeries(format: ExportFormat, content: ExportContent): LabelsOfSeries {
  if (content.series !== null) return onSeries(content, content.series)
  throw seriesNeeded(format, content.path)
}

/** The error for a format that refers to a DICOM series, where none is known. */
export function seriesNeeded(format: ExportFormat, file: string): MedlsamError {
  return new MedlsamError(
    'usage',
    `${EXPORT_KINDS[format].title} refers to the slices that it was made of, but no DICOM series is known for ${file}.`,
    file,
    { remedy: { option: 'sourceSeries' } },
  )
}
