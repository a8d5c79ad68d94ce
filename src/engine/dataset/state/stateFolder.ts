import { stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { MedlsamError } from '../../../shared/medlsamError.js'

/** Where a dataset's runs keep what they know; hidden, beside the results, and shared by all processes. */
export interface StateFolder {
  readonly outFolder: string
  readonly journal: string
  readonly claims: string
  /** Overview images; the folder keeps the name that older versions gave it. */
  readonly overviews: string
}

/** Where verdicts on the results are. */
export function reviewsPath({ outFolder }: Pick<StateFolder, 'outFolder'>): string {
  return path.join(outFolder, STATE_FOLDER, 'reviews.json')
}

/** Name of the hidden folder in the results' folder. */
const STATE_FOLDER = '.medlsam'

/** The state folder of a results' folder; nothing is made. */
export function stateFolderOf(outFolder: string): StateFolder {
  const at = (name: string): string => path.join(outFolder, STATE_FOLDER, name)
  return { outFolder, journal: at('journal'), claims: at('claims'), overviews: at('pictures') }
}

/** Where the overview image of a result is; `name` is that of the scan's claim. */
export function overviewPath(state: StateFolder, name: string): string {
  return path.join(state.overviews, `${name}.png`)
}

/**
 * Makes the state folder.
 * @throws MedlsamError `output` when that is not possible
 */
export async function makeStateFolder(state: StateFolder): Promise<void> {
  try {
    for (const folder of [state.journal, state.claims, state.overviews]) await makeFolders(folder)
  } catch (error) {
    throw new MedlsamError(
      'output',
      `The results cannot be written to ${state.outFolder}, which cannot be made or is read-only: choose another folder.`,
      state.outFolder,
      { cause: error, remedy: { option: 'out' } },
    )
  }
}

/**
 * Makes sure that the results' folder is still there: a drive that was pulled out must not be replaced
 * by a new folder of the same name.
 * @throws MedlsamError `output`
 */
export async function checkStateFolder(state: StateFolder): Promise<void> {
  const there = await stat(state.journal).catch(() => null)
  if (there?.isDirectory() === true) return
  throw new MedlsamError(
    'output',
    `The results' folder ${state.outFolder} has disappeared: connect its disk again and start the same command; finished scans are kept.`,
    state.outFolder,
  )
}
