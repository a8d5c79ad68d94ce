import { MedlsamError } from '../../shared/medlsamError.js'
import type { LocalizedStructure } from '../../shared/structure.js'

/**
 * The one sentence to say of a scan in which none of several structures was found: the reason that all have in common,
 * or that the scan shows something else.
 * @returns none where a structure was found, or a single one was looked for, whose reason says enough
 */
export function nothingFound(structures: readonly LocalizedStructure[], file: string): readonly string[] {
  if (structures.length < 2 || structures.some(({ status }) => status !== 'not-found')) return []
  const reasons = new Set(structures.map(({ reason }) => reason))
  const [common] = reasons
  return [
    reasons.size === 1 && common !== undefined
      ? `Nothing was found in ${file}: ${lowered(common)}`
      : `Nothing that the templates show was found in ${file}: it seems to show another part of the body, for which other templates are needed.`,
  ]
}

/**
 * Refuses a scan that shows nothing of what was looked for, before a segmenter sees it: an empty label map is of no use.
 * @throws MedlsamError `nothingFound` with one sentence
 */
export function refuseNothing(structures: readonly LocalizedStructure[], file: string): void {
  if (structures.length === 0 || structures.some(({ status }) => status !== 'not-found')) return
  const [{ name, reason }] = structures
  const [all = `${name} was not found in ${file}${reason === undefined ? '.' : `: ${lowered(reason)}`}`] = nothingFound(
    structures,
    file,
  )
  throw new MedlsamError('nothingFound', all, file)
}

/** A sentence as the second half of one. */
function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
