import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { isPairImage, isScanName, stemOf } from '../../shared/scanNames.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** What users append to the names of scans and label maps; nothing of it tells cases apart. */
const WORD = /[._-](d?seg|labels?|mask|pred|prediction|gt|truth)$/i
const SCAN_WORD = /[._-](ct|0000)$/i

/** The name of the case that a file belongs to: `okbp_201` of `okbp_201_ct_dseg.nii.gz`. */
export function caseIdOf(file: string): string {
  let id = stemOf(file)
  while (WORD.test(id) || SCAN_WORD.test(id)) id = id.replace(WORD, '').replace(SCAN_WORD, '')
  return id
}

/**
 * The label maps of a folder and its subfolders, by case. Scans (`_ct`, `_0000`) beside them and hidden files are passed over.
 * @throws MedlsamError `input` when there is none, or two of one case
 */
export async function findLabelMaps(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new MedlsamError('input', `The folder ${folder} cannot be read: check the path.`, folder, { cause: error })
  })
  const byCase = new Map<string, string>()
  for (const file of files.sort()) {
    if (!isScanName(file) || isPairImage(file)) continue
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

/** The prediction of a case: the same relative name, or the same file name where folders differ. */
export function predictionOf(id: string, predictions: ReadonlyMap<string, string>): string | null {
  const same = predictions.get(id)
  if (same !== undefined) return same
  const alike = [...predictions].filter(([other]) => path.basename(other) === path.basename(id))
  return alike.length === 1 ? alike[0][1] : null
}
