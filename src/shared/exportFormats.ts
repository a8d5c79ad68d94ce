import { stemOf } from './scanNames.js'

/** What other programs read a label map as, beside NIfTI. */
export const EXPORT_FORMATS = [
  'seg',
  'rtstruct',
  'seg.nrrd',
  'nifti-per-structure',
  'itksnap',
  'slicer-colors',
] as const

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** What is written of a label map in a format. */
interface ExportKind {
  /** What users call it. */
  readonly title: string
  /** What its file or folder is called behind the name of the label map. */
  readonly ending: string
  /** Whether it refers to the DICOM series that the label map was made of. */
  readonly needsSeries: boolean
}

/** What each format is. */
export const EXPORT_KINDS: Readonly<Record<ExportFormat, ExportKind>> = {
  seg: { title: 'DICOM SEG', ending: '.seg.dcm', needsSeries: true },
  rtstruct: { title: 'DICOM RTSTRUCT', ending: '.rtstruct.dcm', needsSeries: true },
  'seg.nrrd': { title: 'segmentation of 3D Slicer', ending: '.seg.nrrd', needsSeries: false },
  'nifti-per-structure': { title: 'one NIfTI per structure', ending: '_structures', needsSeries: false },
  itksnap: { title: 'label description of ITK-SNAP', ending: '.label', needsSeries: false },
  'slicer-colors': { title: 'colour table of 3D Slicer', ending: '.ctbl', needsSeries: false },
}

/** What a run can write beside its NIfTI. */
export const RESULT_EXPORTS = ['seg', 'rtstruct', 'seg.nrrd'] as const satisfies readonly ExportFormat[]

/** One of {@link RESULT_EXPORTS}. */
export type ResultExport = (typeof RESULT_EXPORTS)[number]

/** Where a label map goes in a format when no place is named: beside it, `X_dseg.seg.dcm` of `X_dseg.nii.gz`. */
export function exportPathOf(labelMap: string, format: ExportFormat): string {
  return `${stemOf(labelMap)}${EXPORT_KINDS[format].ending}`
}

/** A label map to write in another format. */
export interface ConvertRequest {
  readonly labelMap: string
  readonly to: ExportFormat
  /** Folder or slice of the DICOM series that it was made of; the one in its sidecar when absent. */
  readonly series?: string
  /** Where to write; beside the label map when absent. */
  readonly out?: string
  /** Put pseudonyms in the place of what tells who the patient is. */
  readonly deidentify?: boolean
  /** Replace what is there already. */
  readonly force?: boolean
}

/** What a conversion wrote. */
export interface ConvertOutcome {
  /** The file, or the folder of one NIfTI per structure. */
  readonly out: string
  readonly files: readonly string[]
  /** Sentences. */
  readonly warnings: readonly string[]
}
