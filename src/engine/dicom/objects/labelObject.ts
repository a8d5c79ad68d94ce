import type { LabelVolume } from '../../../shared/geometry/volume.js'
import type { Structure } from '../../../shared/structure.js'
import { TOOL_VERSION } from '../../version.js'
import type { Code } from '../../labels/terminology.js'
import type { DicomFacts, DicomName } from './encodeDicom.js'
import { uidOf } from './dicomUid.js'
import type { SourceImage, SourceSeries } from './sourceSeries.js'

/** Who drew a label map: this program, this program and a person after it, or nobody knows who. */
export type DrawnBy = 'automatic' | 'semiautomatic' | 'manual'

/** A label map in the storage order of the series that it was made of. */
export interface LabelsOfSeries {
  readonly labels: LabelVolume
  /** What the label map holds. */
  readonly structures: readonly Structure[]
  readonly drawnBy: DrawnBy
  readonly series: SourceSeries
  /** Hash of the label map, which makes UIDs: the same label map makes the same object. */
  readonly sha256: string
  readonly created: Date
}

const ALGORITHM_TYPES: Readonly<Record<DrawnBy, string>> = {
  automatic: 'AUTOMATIC',
  semiautomatic: 'SEMIAUTOMATIC',
  manual: 'MANUAL',
}

/** How structures came to be, in DICOM's words. */
export function algorithmType({ drawnBy }: Pick<LabelsOfSeries, 'drawnBy'>): string {
  return ALGORITHM_TYPES[drawnBy]
}

/** Name of the algorithm. */
export const ALGORITHM_NAME = 'MedLSAM'

const LABEL_LENGTH = 64

/** What SEG and RTSTRUCT have in common: patient, study, series and equipment, with no more than DICOM asks for. */
export function commonFacts(
  { series, sha256 }: LabelsOfSeries,
  modality: 'SEG' | 'RTSTRUCT',
  seriesNumber: number,
): DicomFacts & Pick<DicomName, 'SOPInstanceUID'> {
  const { identity } = series
  return {
    SOPInstanceUID: uidOf('instance', modality, series.seriesUid, sha256, TOOL_VERSION),
    StudyDate: identity.studyDate,
    StudyTime: identity.studyTime,
    AccessionNumber: identity.accessionNumber,
    Modality: modality,
    Manufacturer: ALGORITHM_NAME,
    ManufacturerModelName: ALGORITHM_NAME,
    DeviceSerialNumber: '1',
    SoftwareVersions: TOOL_VERSION,
    ReferringPhysicianName: '',
    SeriesDescription: `${ALGORITHM_NAME} ${modality}`,
    PatientName: identity.patientName,
    PatientID: identity.patientId,
    PatientBirthDate: identity.birthDate,
    PatientSex: identity.sex,
    ...(identity.isDeidentified ? { PatientIdentityRemoved: 'YES', DeidentificationMethod: ALGORITHM_NAME } : {}),
    StudyInstanceUID: identity.studyUid,
    SeriesInstanceUID: uidOf('series', modality, series.seriesUid, sha256, TOOL_VERSION),
    StudyID: identity.studyId,
    SeriesNumber: seriesNumber,
    InstanceNumber: 1,
    FrameOfReferenceUID: series.frameOfReferenceUid,
    PositionReferenceIndicator: '',
  }
}

/** Date and time in DICOM's form; of an object without identifiers a date that says nothing. */
export function dateAndTime({ created, series }: LabelsOfSeries): readonly [string, string] {
  if (series.identity.isDeidentified) return ['19000101', '000000']
  const [date, time] = created.toISOString().split('T')
  return [date.replaceAll('-', ''), time.slice(0, 8).replaceAll(':', '')]
}

/** A concept as an item of a sequence. */
export function codeItem({ value, scheme, meaning }: Code): DicomFacts {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning }
}

/** A reference to a file, as an item of a sequence. */
export function imageItem({ sopClassUid, sopInstanceUid }: SourceImage): DicomFacts {
  return { ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid }
}

/** A name in a form that fits: backslashes would divide it. */
export function labelText(name: string): string {
  return name.replaceAll(/[\\\p{Cc}]/gu, ' ').slice(0, LABEL_LENGTH)
}

/** Numbers as DICOM's decimal strings, of 16 characters at most. */
export function decimals(values: readonly number[], digits: number): readonly string[] {
  return values.map((value) => decimal(value, digits))
}

function decimal(value: number, digits: number): string {
  const text = String(Number(value.toFixed(digits)))
  return text.length <= 16 ? text : value.toPrecision(9)
}
