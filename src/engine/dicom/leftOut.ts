import type { SliceHeader } from './sliceHeader.js'

/** Why a series cannot be a scan. */
export type LeftOutReason =
  | 'otherModality'
  | 'noImage'
  | 'secondaryCapture'
  | 'localizer'
  | 'multiFrame'
  | 'color'
  | 'eightBits'
  | 'noPosition'
  | 'singleSlice'

/** What users read for each reason. */
export const LEFT_OUT_TEXTS: Readonly<Record<LeftOutReason, string>> = {
  otherModality: 'not CT',
  noImage: 'holds no image',
  secondaryCapture: 'secondary capture',
  localizer: 'localizer',
  multiFrame: 'several frames in one file, which is not read yet',
  color: 'picture in colours',
  eightBits: 'picture of 8 bits',
  noPosition: 'no position or spacing',
  singleSlice: 'a single slice',
}

/** What files of other modalities hold, by what DICOM calls these (PS3.3, C.7.3.1.1.1). */
export const HELD_BY_MODALITY: Readonly<Record<string, string>> = {
  SEG: 'segments that were drawn on one, SEG',
  RTSTRUCT: 'contours that were drawn on one, RTSTRUCT',
  RTDOSE: 'a dose, RTDOSE',
  RTPLAN: 'a plan of treatment, RTPLAN',
  SR: 'a report, SR',
  PR: 'how images are to be shown, PR',
  MR: 'MR',
  PT: 'PET',
}

/** Secondary Capture Image Storage; what begins so are its kinds for many frames. */
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'
const CT = 'CT'

/** Why files of this kind cannot be slices of a scan; null where they can. */
export function whyLeftOut(slice: SliceHeader, count: number): LeftOutReason | null {
  if (slice.modality !== CT) return 'otherModality'
  if (slice.pixels === null) return 'noImage'
  if (slice.sopClassUid === SECONDARY_CAPTURE || slice.sopClassUid.startsWith(`${SECONDARY_CAPTURE}.`))
    return 'secondaryCapture'
  if (slice.imageType.includes('LOCALIZER')) return 'localizer'
  if (slice.frames > 1) return 'multiFrame'
  if (slice.samplesPerPixel !== 1) return 'color'
  if (slice.bitsAllocated === 8) return 'eightBits'
  if (slice.position === null || slice.orientation === null || slice.pixelMm === null) return 'noPosition'
  return count === 1 ? 'singleSlice' : null
}
