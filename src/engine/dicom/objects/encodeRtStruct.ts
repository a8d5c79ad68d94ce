import { applyAffine } from '../../../shared/geometry/affine.js'
import { rgbOf255 } from '../../../shared/palette.js'
import type { Structure } from '../../../shared/structure.js'
import { labelExtents, type LabelExtent } from '../../labels/extremePoints.js'
import { codesOf } from '../../labels/terminology.js'
import { traceContours, type PixelContour } from '../../labels/traceContours.js'
import { encodeDicom, type DicomFacts } from './encodeDicom.js'
import {
  ALGORITHM_NAME,
  algorithmType,
  codeItem,
  commonFacts,
  dateAndTime,
  decimals,
  imageItem,
  labelText,
  type LabelsOfSeries,
} from './labelObject.js'
import { lpsOf } from './slicePlace.js'

const STRUCTURE_SET_STORAGE = '1.2.840.10008.5.1.4.1.1.481.3'
const STUDY_MANAGEMENT = '1.2.840.10008.3.1.2.3.1'
const SERIES_NUMBER = 301
/** Decimal places of contour points in mm. */
const MM_DIGITS = 4

/** A structure by its number in the file, from 1. */
interface Roi extends Structure {
  readonly number: number
  readonly extent: LabelExtent | undefined
}

/**
 * A label map as DICOM RTSTRUCT (PS3.3, A.19.3): closed planar contours on the slices of the series, holes by keyholes,
 * references to every slice. A pixel belongs to a structure exactly when its centre lies in a contour.
 */
export function encodeRtStruct(content: LabelsOfSeries): Uint8Array {
  const { series, structures, labels } = content
  const [date, time] = dateAndTime(content)
  const extents = labelExtents(labels)
  const rois = structures
    .map((structure) => ({
      ...structure,
      extent: extents.find(({ labelValue }) => labelValue === structure.labelValue),
    }))
    .filter(({ extent }) => extent !== undefined)
    .map((roi, index): Roi => ({ ...roi, number: index + 1 }))
  return encodeDicom({
    ...commonFacts(content, 'RTSTRUCT', SERIES_NUMBER),
    SOPClassUID: STRUCTURE_SET_STORAGE,
    StructureSetLabel: ALGORITHM_NAME,
    StructureSetDate: date,
    StructureSetTime: time,
    ReferencedFrameOfReferenceSequence: [
      {
        FrameOfReferenceUID: series.frameOfReferenceUid,
        RTReferencedStudySequence: [
          {
            ReferencedSOPClassUID: STUDY_MANAGEMENT,
            ReferencedSOPInstanceUID: series.identity.studyUid,
            RTReferencedSeriesSequence: [
              { SeriesInstanceUID: series.seriesUid, ContourImageSequence: series.images.map(imageItem) },
            ],
          },
        ],
      },
    ],
    StructureSetROISequence: rois.map(({ number, name }) => ({
      ROINumber: number,
      ReferencedFrameOfReferenceUID: series.frameOfReferenceUid,
      ROIName: labelText(name),
      ROIGenerationAlgorithm: algorithmType(content),
    })),
    ROIContourSequence: rois.map((roi) => ({
      ROIDisplayColor: rgbOf255(roi.color),
      ReferencedROINumber: roi.number,
      ContourSequence: contourItems(content, roi),
    })),
    RTROIObservationsSequence: rois.map(({ number, name }) => ({
      ObservationNumber: number,
      ReferencedROINumber: number,
      RTROIIdentificationCodeSequence: [codeItem(codesOf(name).type)],
      RTROIInterpretedType: 'ORGAN',
      ROIInterpreter: '',
    })),
    ApprovalStatus: 'UNAPPROVED',
  })
}

function contourItems({ labels, series }: LabelsOfSeries, { labelValue, extent }: Roi): DicomFacts[] {
  if (extent === undefined) return []
  const { min, max } = extent.boxVoxel
  const [columns, rows] = labels.size
  const items: DicomFacts[] = []
  for (let z = min[2]; z <= max[2]; z++) {
    const from = columns * rows * z + min[0] + columns * min[1]
    const contours = traceContours({
      columns: max[0] - min[0] + 1,
      rows: max[1] - min[1] + 1,
      isInside: (x, y) => labels.data[from + x + columns * y] === labelValue,
    })
    for (const contour of contours) {
      items.push({
        ContourImageSequence: [imageItem(series.images[z])],
        ContourGeometricType: 'CLOSED_PLANAR',
        NumberOfContourPoints: contour.length / 2,
        ContourData: decimals(inMm(contour, [min[0], min[1], z], labels.affine), MM_DIGITS),
      })
    }
  }
  return items
}

/** The points of a contour in LPS mm. */
function inMm(
  contour: PixelContour,
  [x0, y0, z]: readonly [number, number, number],
  affine: LabelsOfSeries['labels']['affine'],
): number[] {
  return contour.flatMap((x, i) => (i % 2 === 1 ? [] : lpsOf(applyAffine(affine, [x0 + x, y0 + contour[i + 1], z]))))
}
