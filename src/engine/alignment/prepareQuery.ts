import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { AlignmentQuery } from './alignTemplate.js'
import { perAxis, type GridVolume } from './grid.js'
import { PLACE_MM, preparePlacing, type PlaceableQuery } from './place.js'
import { tissueCodes, tissueShares } from './tissueClasses.js'

/** What all templates need of a query, computed once. */
export function prepareQuery(scan: GridVolume, templates: readonly AlignmentTemplate[]): AlignmentQuery {
  const codes = tissueCodes(scan)
  const largest = perAxis((axis) => Math.max(...templates.map(({ tissue }) => tissue.size[axis])))
  let placing: PlaceableQuery | null = null
  return {
    scan,
    placing: () => (placing ??= preparePlacing(codes, largest)),
    tissue: tissueShares(codes, PLACE_MM),
  }
}
