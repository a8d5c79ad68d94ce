import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { EXPORT_KINDS, RESULT_EXPORTS } from '../../shared/exportFormats.js'
import { isPairImage, isScanName, stemOf } from '../../shared/scanNames.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** What users append to the names of scans and label maps; nothing of it tells cases apart. */
const WORD = /[._-](d?seg|rtstruct|rs|labels?|mask|pred|prediction|gt|truth)$/i
const DICOM_ENDING = /\.dcm$/i
const SCAN_WORD = /[._-](ct|0000)$/i

/** The name of the case that a file belongs to: `okbp_201` of `okbp_201_ct_dseg.nii.gz`. */
export function caseIdOf(file: string): string {
  let id = stemOf(file).replace(DICOM_ENDING, '')
  while (WORD.test(id) || SCAN_WORD.test(id)) id = id.replace(WORD, '').replace(SCAN_WORD, '')
  return id
}

/**
 * The label maps of a folder and its subfolders, by case. Scans (`_ct`, `_0000`) beside them, hidden files, and what was
 * converted of a label map that is there are passed over.
 * @param dicom whether DICOM files are label maps too
 * @throws MedlsamError `input` when there is none, or two of one case
 */
export async function findLabelMaps(folder: string, { dicom = false } = {}): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new MedlsamError('input', `The folder ${folder} cannot be read: check the path.`, folder, { cause: error })
  })
  const all = new Set(files)
  const byCase = new Map<string, string>()
  for (const file of files.sort()) {
    const isLabelMap = isScanName(file) ? !isPairImage(file) : dicom && DICOM_ENDING.test(file)
    if (!isLabelMap || isConverted(file, all)) continue
    if (path.basename(file).startsWith('.') || SCAN_WORD.test(stemOf(file))) continue
    const id = caseIdOf(file)
    const other = byCase.get(id)
    if (other !== undefined) {
      throw new MedlsamError(
        'input',
        `${other} and ${path.join(folder, file)} belong to one case (${id}): leave one of them in the folder.`,
        folder,
      )
    }
    byCase.set(id, path.join(folder, file))
  }
  if (byCase.size === 0)
    throw new MedlsamError(
      'input',
      `The folder ${folder} holds no label map (.nii.gz, .nii, .nrrd, .mha): name the folder that does.`,
      folder,
    )
  return byCase
}

/** Whether a file is an export of a NIfTI label map of the folder. */
function isConverted(file: string, all: ReadonlySet<string>): boolean {
  const isOf = (stem: string): boolean => all.has(`${stem}.nii.gz`) || all.has(`${stem}.nii`)
  const { ending } = EXPORT_KINDS['nifti-per-structure']
  const folder = path.dirname(file)
  if (folder.endsWith(ending) && isOf(folder.slice(0, -ending.length))) return true
  return RESULT_EXPORTS.some((format) => {
    const { ending: tail } = EXPORT_KINDS[format]
    return file.endsWith(tail) && isOf(file.slice(0, -tail.length))
  })
}

/** The prediction of a case: the same relative name, or the same file name where folders differ. */
export function predictionOf(id: string, predictions: ReadonlyMap<string, string>): string | null {
  const same = predictions.get(id)
  if (same !== undefined) return same
  const alike = [...predictions].filter(([other]) => path.basename(other) === path.basename(id))
  return alike.length === 1 ? alike[0][1] : null
}
