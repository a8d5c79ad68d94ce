import { MedlsamError } from '../../shared/medlsamError.js'
import type { Structure } from '../../shared/structure.js'

/** The structures of a data set beside those of the templates. */
export interface MatchedStructures {
  /** All that the templates have too, spelt as there. */
  readonly known: readonly Structure[]
  /** Of these, what is wanted. */
  readonly wanted: readonly Structure[]
  /** Wanted, but not in the templates. */
  readonly unknown: readonly string[]
}

/**
 * Finds the structures of a data set among those of the templates by name, whatever the case of letters.
 * @param asked names of the structures that are wanted; all when absent
 * @throws MedlsamError `usage` for a name that the data set does not have
 */
export function matchStructures(
  inTruth: readonly Structure[],
  inBank: readonly Structure[],
  asked: readonly string[] | undefined,
): MatchedStructures {
  const like =
    (name: string) =>
    (other: { readonly name: string }): boolean =>
      other.name.toLowerCase() === name.toLowerCase()
  const named = (name: string): Structure => {
    const structure = inTruth.find(like(name))
    if (structure !== undefined) return structure
    const names = inTruth.map((one) => one.name).join(', ')
    throw new MedlsamError('usage', `The data set has no structure "${name}": it has ${names}.`)
  }
  const wanted = asked === undefined ? inTruth : [...new Set(asked.map(named))]
  const asInBank = (structure: Structure): Structure[] => {
    const own = inBank.find(like(structure.name))
    return own === undefined ? [] : [{ ...structure, name: own.name, color: own.color }]
  }
  return {
    known: inTruth.flatMap(asInBank),
    wanted: wanted.flatMap(asInBank),
    unknown: wanted.filter(({ name }) => !inBank.some(like(name))).map(({ name }) => name),
  }
}
