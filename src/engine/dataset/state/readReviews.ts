import { MedlsamError } from '../../../shared/medlsamError.js'
import { parseJson } from '../../../shared/node/readJson.js'
import { readTextFileIfAny } from '../../../shared/node/readTextFile.js'
import { reviewsSchema, type Reviews } from '../../../shared/reviews.js'
import { reviewsPath, type StateFolder } from './stateFolder.js'

/**
 * Reads what a person said of the results of a dataset; nothing where nobody has.
 * @throws MedlsamError `input` for a file that is damaged or cannot be read
 */
export async function readReviews(state: StateFolder): Promise<Reviews> {
  const file = reviewsPath(state)
  const text = await readTextFileIfAny(file).catch((error: unknown) => {
    throw new MedlsamError('input', `${file} cannot be read: check its permissions.`, file, { cause: error })
  })
  if (text === null) return {}
  return parseJson(text, reviewsSchema, {
    ...{ what: 'The file of reviews', kind: 'input', remedy: 'delete it to begin anew', file },
  }).reviews
}
