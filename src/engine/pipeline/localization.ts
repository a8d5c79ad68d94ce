import { unionOfBoxes } from '../../shared/geometry/boxConversion.js'
import type { BoxMm } from '../../shared/geometry/points.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { DraftMask } from '../volume/draftMask.js'

/** What was found in a scan. */
export interface Localization {
  /** In the order they were asked for. */
  readonly structures: readonly LocalizedStructure[]
  /** First masks by structure name, of what was found by alignment with templates in which it is drawn. */
  readonly drafts: ReadonlyMap<string, DraftMask>
  /** Box around all structures of the bank that are in the scan, whichever were asked for; null where that is not known. */
  readonly aroundAllMm: BoxMm | null
}

/** The box around what was found; null where nothing was. */
export function boxAround(structures: readonly LocalizedStructure[]): BoxMm | null {
  const boxes = structures.flatMap(({ boxMm }) => boxMm ?? [])
  return boxes.length === 0 ? null : boxes.reduce(unionOfBoxes)
}
