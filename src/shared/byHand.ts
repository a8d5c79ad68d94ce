import type { StructureOrigin } from './labelEdit/editedStructure.js'

/** Whether a person corrected or drew a structure: no run may replace it unasked. */
export function isByHand({ origin }: { readonly origin?: StructureOrigin | undefined }): boolean {
  return origin !== undefined && origin.kind !== 'found'
}
