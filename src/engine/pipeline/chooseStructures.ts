import { MedlsamError } from '../../shared/medlsamError.js'
import type { Structure } from '../../shared/structure.js'
import type { BuiltBank } from '../templates/buildBank.js'

/**
 * The structures of a bank that a request names, in its order; all of them for null.
 * @throws MedlsamError `usage` for a name that the bank does not have
 */
export function chooseStructures(
  { bank }: BuiltBank,
  wanted: readonly string[] | null,
  templates: string,
): readonly Structure[] {
  if (wanted === null) return bank.structures
  return wanted.map((name) => {
    const structure = bank.structures.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
    if (structure === undefined) {
      throw new MedlsamError(
        'usage',
        `The templates "${templates}" have no structure "${name}": they have ${bank.structures.map((s) => s.name).join(', ')}.`,
      )
    }
    return structure
  })
}
