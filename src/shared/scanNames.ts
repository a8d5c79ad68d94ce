/** Formats of images that are read, each by one parser. */
export type ScanFormat = 'nifti' | 'nrrd' | 'meta'

/** An ending of image files. */
interface Ending {
  readonly ending: string
  readonly format: ScanFormat
  /** Whether the scan editor opens such files: those that a header begins with; voxels in a file of their own belong to it. */
  readonly editor: boolean
}

/** All endings, those that end in another one first. */
const ENDINGS: readonly Ending[] = [
  { ending: '.nii.gz', format: 'nifti', editor: true },
  { ending: '.nii', format: 'nifti', editor: true },
  { ending: '.hdr.gz', format: 'nifti', editor: false },
  { ending: '.hdr', format: 'nifti', editor: true },
  { ending: '.img.gz', format: 'nifti', editor: false },
  { ending: '.img', format: 'nifti', editor: false },
  { ending: '.nrrd', format: 'nrrd', editor: true },
  { ending: '.nhdr', format: 'nrrd', editor: true },
  { ending: '.mha', format: 'meta', editor: true },
  { ending: '.mhd', format: 'meta', editor: true },
]

/** Endings of files that the scan editor opens, such as `.nii.gz`. */
export const EDITOR_ENDINGS: readonly string[] = ENDINGS.filter(({ editor }) => editor).map(({ ending }) => ending)

/** Ending of DICOM files that the scan editor opens by a click; slices may have any other name too. */
export const DICOM_ENDING = '.dcm'

/** True for the name or path of a file that by its ending is a scan or a label map. */
export function isScanName(file: string): boolean {
  return endingOf(file) !== undefined
}

/** The format that the ending of a file name or path stands for; null for none that is read. */
export function formatOf(file: string): ScanFormat | null {
  return endingOf(file)?.format ?? null
}

/** A file name or path without the ending of its format. */
export function stemOf(file: string): string {
  return file.slice(0, file.length - (endingOf(file)?.ending.length ?? 0))
}

/** True for a file that the scan editor opens. */
export function opensInEditor(file: string): boolean {
  return endingOf(file)?.editor ?? false
}

/** True for the voxels of a NIfTI pair; its other file, the header, stands for both. */
export function isPairImage(file: string): boolean {
  return /\.img(\.gz)?$/i.test(file)
}

function endingOf(file: string): Ending | undefined {
  const name = file.toLowerCase()
  return ENDINGS.find(({ ending }) => name.endsWith(ending))
}
