import { z } from 'zod'
import { extremePointsSchema } from './geometry/points.js'
import { structureSchema } from './structure.js'

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')

/** Schema of where a structure is drawn. */
export const drawnInSchema = z
  .object({
    /** Path of the label map, relative to the template set file where possible, with forward slashes. */
    path: z.string().min(1),
    sha256: sha256Schema,
    /** The structure's value there. */
    labelValue: z.int().min(1),
  })
  .readonly()

/** Where a structure is drawn: label map, its hash, and the structure's value there. */
export type DrawnIn = z.infer<typeof drawnInSchema>

/** Schema of the points of one structure in one template scan. */
export const templateStructureSchema = z
  .object({
    points: extremePointsSchema,
    /** Extreme points of the parts of a long structure, from inferior to superior. */
    parts: z.array(extremePointsSchema).readonly().optional(),
    /** True when the organ is one connected piece in the label map it came from. */
    onePiece: z.boolean().optional(),
    /** The packed prior: what the labelled organ looks like in its boxes; absent for points given by hand. */
    appearance: z.base64().optional(),
    /** The label map that the points were measured in; absent for points given by hand. */
    drawnIn: drawnInSchema.optional(),
  })
  .readonly()

/** The points of one structure in one template scan. */
export type TemplateStructure = z.infer<typeof templateStructureSchema>

/** Schema of one template scan and its points. */
export const templateScanSchema = z
  .object({
    id: z.string().min(1),
    /** Path of the scan, relative to the template set file where possible, with forward slashes. */
    path: z.string().min(1),
    sha256: sha256Schema,
    enabled: z.boolean().default(true),
    /** 3D Slicer markups file that the points were marked in, relative to the template set file. */
    markups: z.string().min(1).optional(),
    structures: z.record(z.string(), templateStructureSchema).readonly(),
  })
  .readonly()

/** One template scan: path, hash and points per structure name. */
export type TemplateScan = z.infer<typeof templateScanSchema>

/** Schema of a template set file, the thing that users share. */
export const templateSetSchema = z
  .object({
    $schema: z.string().optional(),
    format: z.literal('medlsam-template-set'),
    formatVersion: z.literal(1),
    name: z.string().min(1),
    structures: z.array(structureSchema).readonly(),
    scans: z.array(templateScanSchema).readonly(),
  })
  .readonly()

/** A template set: structures, and per template scan the six extreme points of each in RAS mm. */
export type TemplateSet = z.infer<typeof templateSetSchema>

/** A set without scans. */
export function emptyTemplateSet(name: string): TemplateSet {
  return { format: 'medlsam-template-set', formatVersion: 1, name, structures: [], scans: [] }
}
