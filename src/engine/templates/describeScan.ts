import path from 'node:path'
import { storedScanPath } from '../../shared/node/templateSetPaths.js'
import { stemOf } from '../../shared/scanNames.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateScan } from '../../shared/templateSet.js'

/** A structure that has no colour where nobody gave it a name. */
export type Uncolored = Omit<Structure, 'color'> & Partial<Pick<Structure, 'color'>>

/** The entry of a scan in a set file: its id, stored path and hash, with the points given. */
export function describeScan(
  setFile: string,
  scanFile: string,
  sha256: string,
  structures: TemplateScan['structures'],
): TemplateScan {
  return {
    id: stemOf(path.basename(scanFile)),
    path: storedScanPath(setFile, scanFile),
    sha256,
    enabled: true,
    structures,
  }
}
