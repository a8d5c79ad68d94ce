import { z } from 'zod'
import { boxMmSchema, extremePointsSchema } from './geometry/points.js'

/** Schema of a colour as `#rrggbb`. */
export const colorSchema = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #1f77b4')

/** Schema of the identity of a structure within a template set, a bank and a label map. */
export const structureSchema = z
  .object({
    name: z.string().min(1),
    labelValue: z.int().min(1).max(65535),
    color: colorSchema,
  })
  .readonly()

/** A structure: name, value in label maps, colour. */
export type Structure = z.infer<typeof structureSchema>

/** Whether a structure was found; `failed` means that something broke while looking or segmenting. */
export const STRUCTURE_STATUSES = ['found', 'not-found', 'failed'] as const

/** One of {@link STRUCTURE_STATUSES}. */
export type StructureStatus = (typeof STRUCTURE_STATUSES)[number]

/** Schema of a box in voxel indices of a volume as stored, both ends inclusive. */
export const boxVoxelSchema = z
  .object({
    min: z.tuple([z.int(), z.int(), z.int()]).readonly(),
    max: z.tuple([z.int(), z.int(), z.int()]).readonly(),
  })
  .readonly()

/** A box in voxel indices of a volume as stored, both ends inclusive. */
export type BoxVoxel = z.infer<typeof boxVoxelSchema>

/** Schema of what localization found out about one structure. */
export const localizedStructureSchema = structureSchema.unwrap().extend({
  status: z.enum(STRUCTURE_STATUSES),
  /** One sentence: why it is not found or failed, or what to look at. Absent when all is well. */
  reason: z.string().optional(),
  /**
   * From 0 (a guess) to 1 (the image there is as like the templates as it gets): of MedLAM one half where walls are expected
   * to be 7 mm off, of alignment the box IoU to expect.
   */
  confidence: z.number().min(0).max(1),
  /**
   * Share of boxes found with such a confidence, in labelled scans that the bank was measured on, whose walls were within
   * 5 mm of the true ones on average. Absent where the bank was not measured.
   */
  withinShare: z.number().min(0).max(1).optional(),
  /** How far the templates' opinions on the walls lie apart: median absolute deviation in mm, mean over walls. Absent when not found. */
  spreadMm: z.number().nonnegative().optional(),
  /** Axis-aligned box in RAS mm on voxel faces; null when not found. */
  boxMm: boxMmSchema.nullable(),
  boxVoxel: boxVoxelSchema.nullable(),
  extremePointsMm: extremePointsSchema.nullable(),
  /** What found it: relative distances and similarity (MedLAM), or the templates laid over the scan. */
  foundBy: z.enum(['medlam', 'align']).optional(),
  /** Correlation of edges in and around it with those of the templates laid over; absent where alignment has not found it. */
  likeness: z.number().optional(),
  /** Share of it inside the field of view, 0 to 1, as the templates have it; absent where alignment has not found it. */
  insideShare: z.number().min(0).max(1).optional(),
  /** Boxes of the parts along the long axis, superior to inferior; absent for one whole box. */
  partsMm: z.array(boxMmSchema).readonly().optional(),
})

/** What localization found out about one structure. */
export type LocalizedStructure = z.infer<typeof localizedStructureSchema>

/** Schema of a segmented structure. */
export const segmentedStructureSchema = localizedStructureSchema.extend({
  /** Volume of the mask in millilitres; null when there is no mask. */
  volumeMl: z.number().nonnegative().nullable(),
  /** Mean HU under the mask; null when there is no mask. */
  meanHu: z.number().nullable(),
})

/** A segmented structure: localization, volume and mean HU. */
export type SegmentedStructure = z.infer<typeof segmentedStructureSchema>
