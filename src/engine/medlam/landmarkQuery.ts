import { EXTREME_SIDES, type ExtremeSide } from '../../shared/geometry/points.js'
import type { BankPoint, BankPoints, BankStructure, TemplateBank } from './templateBank.js'
import type { SalMm } from './salFrame.js'

/** One point to be found: a side of a structure, or of a part of it, with what every template knows of it. */
export interface LandmarkQuery {
  readonly structure: string
  /** Part index from inferior to superior, or null for the whole structure. */
  readonly part: number | null
  readonly side: ExtremeSide
  readonly points: readonly BankPoint[]
}

/** A landmark that was looked for, in mm of the scan. */
export interface FoundPoint {
  readonly query: LandmarkQuery
  readonly pointMm: SalMm
  /** Where relative distance regression alone puts it. */
  readonly coarseMm: SalMm
  /** One prediction per template of the landmark; their spread says how sure we are. */
  readonly perTemplateMm: readonly SalMm[]
  /**
   * How much the image looks like the templates there, mean over templates, in [-1, 1]; null when it could not be
   * computed.
   */
  readonly similarity: number | null
}

/** All points of the wanted structures: six each, then six per part when `parts` is true. */
export function listLandmarkQueries(
  bank: TemplateBank,
  structures: readonly string[],
  parts: boolean,
): LandmarkQuery[] {
  return structures.flatMap((structure) => {
    const having = bank.templates.flatMap((template) => {
      const encoded = template.structures.get(structure)
      return encoded === undefined ? [] : [{ encoded }]
    })
    if (having.length === 0) return []
    const partCount = parts ? mostCommon(having.map(({ encoded }) => encoded.parts.length)) : 0
    // Parts can only be averaged over templates that were cut into equally many.
    const cutAlike = having.filter(({ encoded }) => encoded.parts.length === partCount)
    const of = (
      from: typeof having,
      part: number | null,
      side: ExtremeSide,
      pick: (encoded: BankStructure) => BankPoints,
    ): LandmarkQuery => ({
      structure,
      part,
      side,
      points: from.map(({ encoded }) => pick(encoded)[side]),
    })
    return [
      ...EXTREME_SIDES.map((side) => of(having, null, side, (encoded) => encoded.points)),
      ...Array.from({ length: partCount }, (_, part) =>
        EXTREME_SIDES.map((side) => of(cutAlike, part, side, (encoded) => encoded.parts[part])),
      ).flat(),
    ]
  })
}

/** The most frequent number; of several the largest. */
function mostCommon(counts: readonly number[]): number {
  const times = (count: number): number => counts.filter((other) => other === count).length
  return counts.reduce(
    (best, count) => (times(count) > times(best) || (times(count) === times(best) && count > best) ? count : best),
    counts[0],
  )
}
