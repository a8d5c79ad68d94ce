import type { ExtremeSide } from '../../shared/geometry/points.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import { SIDE_TEXT, spokenName } from '../viewer/sideText.js'

/** What the guide says: which point is next, in words; `side` is null when all six are there. */
export function guideText(structure: StructurePoints, side: ExtremeSide | null): string {
  if (side === null) return `All six points of ${spokenName(structure.name)} are placed. Drag one to move it.`
  return `Double-click the point of ${spokenName(structure.name)} ${SIDE_TEXT[side].guide}.`
}
