import type { Structure } from '../../../shared/structure.js'
import { labelExtents, type LabelExtent } from '../../labels/extremePoints.js'
import { codesOf } from '../../labels/terminology.js'
import { TOOL_VERSION } from '../../version.js'
import { uidOf } from './dicomUid.js'
import { displayColor, encodeDicom, type DicomFacts } from './encodeDicom.js'
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
import { orientationLps, positionLps } from './slicePlace.js'

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4'
const SERIES_NUMBER = 300
/** Decimal places of positions in mm and of direction cosines. */
const [MM_DIGITS, COSINE_DIGITS] = [6, 12]
/** The elements that frames are sorted by, and the sequences that they stand in. */
const [SEGMENT_NUMBER, SEGMENT_IDENTIFICATION] = [0x0062000b, 0x0062000a]
const [IMAGE_POSITION, PLANE_POSITION] = [0x00200032, 0x00209113]
const ARTIFICIAL_INTELLIGENCE = { value: '123110', scheme: 'DCM', meaning: 'Artificial Intelligence' } as const
const SEGMENTATION = { value: '113076', scheme: 'DCM', meaning: 'Segmentation' } as const
const SOURCE_IMAGE = {
  value: '121322',
  scheme: 'DCM',
  meaning: 'Source image for image processing operation',
} as const

/** A structure of the label map, by its number in the file from 1. */
interface Segment extends Structure, LabelExtent {
  readonly number: number
}

/** One slice of one segment. */
interface Frame {
  readonly segment: Segment
  readonly slice: number
}

/**
 * A label map as DICOM SEG, one binary segment per structure that has a voxel (DICOM PS3.3, A.51), with codes of
 * anatomy, algorithm, and references to every slice of the series. Slices without a voxel are left out.
 */
export function encodeSegmentation(content: LabelsOfSeries): Uint8Array {
  const segments = segmentsOf(content)
  const frames = segments.flatMap((segment) => framesOf(content, segment))
  const [date, time] = dateAndTime(content)
  const [columns, rows] = content.labels.size
  const { series } = content
  const common = commonFacts(content, 'SEG', SERIES_NUMBER)
  return encodeDicom({
    ...common,
    SOPClassUID: SEGMENTATION_STORAGE,
    ImageType: ['DERIVED', 'PRIMARY'],
    ContentDate: date,
    ContentTime: time,
    ContentLabel: 'SEGMENTATION',
    ContentDescription: 'Organs in CT',
    ContentCreatorName: ALGORITHM_NAME,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: frames.length,
    Rows: rows,
    Columns: columns,
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    LossyImageCompression: '00',
    SegmentationType: 'BINARY',
    SegmentSequence: segments.map((segment) => segmentItem(content, segment)),
    ReferencedSeriesSequence: [
      { SeriesInstanceUID: series.seriesUid, ReferencedInstanceSequence: series.images.map(imageItem) },
    ],
    ...dimensionFacts(uidOf('dimensions', common.SOPInstanceUID)),
    SharedFunctionalGroupsSequence: [sharedGroups(content)],
    PerFrameFunctionalGroupsSequence: frames.map((frame) => frameGroups(content, frame)),
    PixelData: packFrames(content, frames),
  })
}

function segmentsOf({ labels, structures }: LabelsOfSeries): Segment[] {
  return labelExtents(labels)
    .flatMap((extent) => {
      const structure = structures.find(({ labelValue }) => labelValue === extent.labelValue)
      return structure === undefined ? [] : [{ ...structure, ...extent }]
    })
    .map((segment, index) => ({ ...segment, number: index + 1 }))
}

function framesOf({ labels }: LabelsOfSeries, segment: Segment): Frame[] {
  const pixels = labels.size[0] * labels.size[1]
  const { min, max } = segment.boxVoxel
  return Array.from({ length: max[2] - min[2] + 1 }, (_, i) => min[2] + i)
    .filter((slice) => labels.data.subarray(slice * pixels, (slice + 1) * pixels).includes(segment.labelValue))
    .map((slice) => ({ segment, slice }))
}

function segmentItem(content: LabelsOfSeries, { name, color, number }: Segment): DicomFacts {
  const { category, type, side } = codesOf(name)
  return {
    SegmentNumber: number,
    SegmentLabel: labelText(name),
    SegmentAlgorithmType: algorithmType(content),
    ...(content.drawnBy === 'manual'
      ? {}
      : {
          SegmentAlgorithmName: ALGORITHM_NAME,
          SegmentationAlgorithmIdentificationSequence: [
            {
              AlgorithmFamilyCodeSequence: [codeItem(ARTIFICIAL_INTELLIGENCE)],
              AlgorithmName: ALGORITHM_NAME,
              AlgorithmVersion: TOOL_VERSION,
            },
          ],
        }),
    SegmentedPropertyCategoryCodeSequence: [codeItem(category)],
    SegmentedPropertyTypeCodeSequence: [
      { ...codeItem(type), ...(side === null ? {} : { SegmentedPropertyTypeModifierCodeSequence: [codeItem(side)] }) },
    ],
    RecommendedDisplayCIELabValue: displayColor(color),
  }
}

function dimensionFacts(uid: string): DicomFacts {
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: uid }],
    DimensionOrganizationType: '3D',
    DimensionIndexSequence: [
      {
        DimensionOrganizationUID: uid,
        DimensionIndexPointer: SEGMENT_NUMBER,
        FunctionalGroupPointer: SEGMENT_IDENTIFICATION,
        DimensionDescriptionLabel: 'Segment Number',
      },
      {
        DimensionOrganizationUID: uid,
        DimensionIndexPointer: IMAGE_POSITION,
        FunctionalGroupPointer: PLANE_POSITION,
        DimensionDescriptionLabel: 'Image Position Patient',
      },
    ],
  }
}

function sharedGroups({ series: { stack } }: LabelsOfSeries): DicomFacts {
  const [columnMm, rowMm, sliceMm] = stack.spacingMm
  const [apart] = decimals([sliceMm], MM_DIGITS)
  return {
    PlaneOrientationSequence: [{ ImageOrientationPatient: decimals(orientationLps(stack), COSINE_DIGITS) }],
    PixelMeasuresSequence: [
      { SliceThickness: apart, SpacingBetweenSlices: apart, PixelSpacing: decimals([rowMm, columnMm], MM_DIGITS) },
    ],
  }
}

function frameGroups({ series: { stack, images } }: LabelsOfSeries, { segment, slice }: Frame): DicomFacts {
  return {
    FrameContentSequence: [{ DimensionIndexValues: [segment.number, slice + 1] }],
    PlanePositionSequence: [{ ImagePositionPatient: decimals(positionLps(stack, slice), MM_DIGITS) }],
    SegmentIdentificationSequence: [{ ReferencedSegmentNumber: segment.number }],
    DerivationImageSequence: [
      {
        SourceImageSequence: [
          {
            ...imageItem(images[slice]),
            SpatialLocationsPreserved: stack.shifts === null ? 'YES' : 'NO',
            PurposeOfReferenceCodeSequence: [codeItem(SOURCE_IMAGE)],
          },
        ],
        DerivationCodeSequence: [codeItem(SEGMENTATION)],
      },
    ],
  }
}

/** One bit per pixel, the first in the lowest bit, frames one after the other without a gap (DICOM PS3.5, 8.1.1). */
function packFrames({ labels }: LabelsOfSeries, frames: readonly Frame[]): ArrayBuffer {
  const pixels = labels.size[0] * labels.size[1]
  const bytes = Math.ceil((frames.length * pixels) / 8)
  const packed = new Uint8Array(bytes + (bytes % 2))
  frames.forEach(({ segment, slice }, index) => {
    const from = slice * pixels
    for (let i = 0, bit = index * pixels; i < pixels; i++, bit++)
      if (labels.data[from + i] === segment.labelValue) packed[bit >> 3] |= 1 << (bit & 7)
  })
  return packed.buffer
}
