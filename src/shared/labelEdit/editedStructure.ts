import { z } from 'zod'
import { structureSchema } from '../structure.js'

/** What structures are drawn and corrected with. */
export const EDIT_TOOLS = [
  'brush',
  'eraser',
  'lasso',
  'erase lasso',
  'points',
  'box',
  'segment again',
  'fill between slices',
  'fill holes',
  'keep largest',
  'remove islands',
  'grow',
  'shrink',
  'smooth',
  'copy to next slice',
  'delete',
  'merge',
] as const

/** One of {@link EDIT_TOOLS}. */
export type EditTool = (typeof EDIT_TOOLS)[number]

/** Schema of how many voxels each tool has changed. */
export const toolVoxelsSchema = z.partialRecord(z.enum(EDIT_TOOLS), z.int().nonnegative()).readonly()

/** How many voxels each tool has changed. */
export type ToolVoxels = z.infer<typeof toolVoxelsSchema>

/** Schema of where the mask of a structure comes from. */
export const originSchema = z
  .object({
    /** `found` as the file had it when it was opened first, `corrected` since, or `drawn` from nothing. */
    kind: z.enum(['found', 'corrected', 'drawn']),
    /** Voxels that went into or out of the structure, by tool; empty where it is as it was found. */
    voxelsByTool: toolVoxelsSchema,
  })
  .readonly()

/** Where the mask of a structure comes from. */
export type StructureOrigin = z.infer<typeof originSchema>

/** Schema of a structure of a label map that is edited. */
export const editedStructureSchema = structureSchema
  .unwrap()
  .extend({
    /** No tool changes its voxels. */
    isLocked: z.boolean(),
    origin: originSchema,
  })
  .readonly()

/** A structure of a label map that is edited. */
export type EditedStructure = z.infer<typeof editedStructureSchema>

/** As the file has it. */
export const FOUND: StructureOrigin = { kind: 'found', voxelsByTool: {} }

/** Made by hand, with nothing in it yet. */
export const DRAWN: StructureOrigin = { kind: 'drawn', voxelsByTool: {} }

/** The lowest label value that no structure has. */
export function freeLabelValue(taken: readonly number[]): number {
  let value = 1
  while (taken.includes(value)) value++
  return value
}
