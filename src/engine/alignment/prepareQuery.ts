import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { AlignmentQuery } from './alignTemplate.js'
import { perAxis, type GridVolume } from './grid.js'
import { PLACE_MM, preparePlacing } from './place.js'
import { tissueShares } from './tissueClasses.js'

/** What all templates need of a query, computed once. */
export function prepareQuery(scan: GridVolume, templates: readonly AlignmentTemplate[]): AlignmentQuery {
  const largest = perAxis((axis) => Math.max(...templates.map(({ tissue }) => tissue.size[axis])))
  return { scan, placing: preparePlacing(scan, largest), tissue: tissueShares(scan, PLACE_MM) }
}
