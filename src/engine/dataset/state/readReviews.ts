import { parseJson } from '../../../shared/node/readJson.js'
import { readTextFile } from '../../../shared/node/readTextFile.js'
import { reviewsSchema, type Reviews } from '../../../shared/reviews.js'
import { reviewsPath, type StateFolder } from './stateFolder.js'

/**
 * Reads what a person said of the results of a dataset; nothing where nobody has.
 * @throws MedlsamError `input` for a file that is damaged
 */
export async function readReviews(state: StateFolder): Promise<Reviews> {
  const file = reviewsPath(state)
  const text = await readTextFile(file).catch(() => null)
  if (text === null) return {}
  return parseJson(text, reviewsSchema, {
    ...{ what: 'The file of reviews', kind: 'input', remedy: 'delete it to begin anew', file },
  }).reviews
}
