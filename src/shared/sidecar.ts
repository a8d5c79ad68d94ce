import { z } from 'zod'
import { originSchema } from './labelEdit/editedStructure.js'
import { localizedStructureSchema, segmentedStructureSchema } from './structure.js'

/**
 * How structures are found: `medlam` by relative distances and similarity (the paper), `align` by laying the templates
 * over the scan, `auto` by both.
 */
export const LOCALIZE_METHODS = ['auto', 'medlam', 'align'] as const

/** One of {@link LOCALIZE_METHODS}. */
export type LocalizeMethod = (typeof LOCALIZE_METHODS)[number]

/**
 * How much a run does for a mask: `best` shows the segmenter one slice at a time, `balanced` several beside each other,
 * and `draft` takes what localization and the templates say, without a segmenter.
 */
export const QUALITIES = ['best', 'balanced', 'draft'] as const

/** One of {@link QUALITIES}. */
export type Quality = (typeof QUALITIES)[number]

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/** Schema of the options a run was made with. */
export const runOptionsSchema = z
  .object({
    /**
     * `robust`: agents over the body, refinement, robust votes. `paper`: the published procedure. Versions before 0.2
     * wrote `deploy` for `robust`.
     */
    procedure: z.enum(['robust', 'paper', 'deploy']).transform((name) => (name === 'deploy' ? 'robust' : name)),
    /** How structures are found. Versions before 0.2 had `medlam` only and did not write it. */
    method: z.enum(LOCALIZE_METHODS).default('medlam'),
    /** Seed of the published procedure's random agents. */
    seed: z.int(),
    /** Localize the parts of a structure where the templates have them. */
    parts: z.boolean(),
    /** Names of the structures looked for; null for all of the templates. */
    structures: z.array(z.string()).readonly().nullable(),
    /** How much is done for a mask. Versions before 0.3 encoded every slice by itself and did not write it. */
    quality: z.enum(QUALITIES).default('best'),
    /** Added to the box before segmentation on each side, in mm along right-left, posterior-anterior, inferior-superior; null for the segmenter's default. */
    marginMm: z.tuple([z.number(), z.number(), z.number()]).readonly().nullable(),
    /** Use the paper's margin of 2 slices and 10 pixels instead. */
    paperMargin: z.boolean(),
    /** Run the segmenter on every Nth slice and fill between. */
    sliceStep: z.int().min(1),
    /** Window of the segmenter's input in HU; null for the segmenter's default. */
    windowHu: z.object({ level: z.number(), width: z.number().positive() }).readonly().nullable(),
    /** Weigh the segmenter's masks with the shape and the HU that an organ has in its templates. */
    appearance: z.boolean(),
    /** Structures under this confidence are reported as not found. */
    minConfidence: z.number().min(0).max(1),
  })
  .readonly()

/** Options of a run, all decided. */
export type RunOptions = z.infer<typeof runOptionsSchema>

const modelUseSchema = z
  .object({
    id: z.string(),
    sha256: z.array(sha256Schema).readonly(),
    /** Execution provider that really ran. */
    provider: z.string(),
  })
  .readonly()

const common = {
  format: z.literal('medlsam-result'),
  formatVersion: z.literal(1),
  tool: z.object({ name: z.literal('medlsam'), version: z.string() }).readonly(),
  input: z
    .object({
      path: z.string(),
      sha256: sha256Schema,
      timePoint: z.int().nullable(),
      /** It was taken as CT in HU whatever it looks like. */
      forceHu: z.literal(true).optional(),
      /** What was subtracted from all values. */
      huOffset: z.number().optional(),
    })
    .readonly(),
  templates: z
    .object({
      name: z.string(),
      modelHash: sha256Schema,
      ids: z.array(z.string()).readonly(),
      /** Of all that was asked for; not in results of older versions. */
      sha256: sha256Schema.optional(),
      /** Of what they say of each structure, so that it can be told later which ones other templates change. */
      structureSha256: z.record(z.string(), sha256Schema).readonly().optional(),
    })
    .readonly(),
  options: runOptionsSchema,
  localizer: modelUseSchema,
  /** Wall seconds per stage; empty in results of a dataset run, whose journal has them. */
  seconds: z.record(z.string(), z.number()).readonly(),
  warnings: z.array(z.string()).readonly(),
}

/** Schema of what `localize` reports. */
export const localizationReportSchema = z
  .object({ ...common, task: z.literal('localize'), structures: z.array(localizedStructureSchema).readonly() })
  .readonly()

/** What `localize` reports. */
export type LocalizationReport = z.infer<typeof localizationReportSchema>

const earlierRunSchema = z
  .object({
    structures: z.array(z.string()).readonly(),
    tool: common.tool,
    templates: common.templates,
    options: runOptionsSchema,
    localizer: modelUseSchema,
    /** Null for drafts. */
    segmenter: modelUseSchema.unwrap().extend({ layout: z.string() }).readonly().nullable(),
  })
  .readonly()

/** Fields that BIDS knows for a segmentation's sidecar; present in BIDS derivatives only. */
const bidsFields = {
  Description: z.string().optional(),
  /** BIDS URIs of the files it was made from. */
  Sources: z.array(z.string()).readonly().optional(),
  /** BIDS URI of the file whose coordinates it is in. */
  SpatialReference: z.string().optional(),
  /** Whether it was drawn by hand. */
  Manual: z.boolean().optional(),
}

/** BIDS fields of a sidecar. */
export type BidsFields = Readonly<z.infer<z.ZodObject<typeof bidsFields>>>

/** Schema of the JSON beside a label map. */
export const sidecarSchema = z
  .object({
    ...common,
    task: z.literal('segment'),
    output: z.string(),
    /** The files written with it, so that it can be told whether somebody changed them since; not in those of older versions. */
    outputSha256: z
      .object({
        labelMap: sha256Schema,
        names: sha256Schema,
        /** By file name, what was written for other programs. */
        exports: z.record(z.string(), sha256Schema).readonly().optional(),
      })
      .readonly()
      .optional(),
    /** Null where a draft was asked for, which is made without one. */
    segmenter: modelUseSchema.unwrap().extend({ layout: z.string() }).readonly().nullable(),
    encoderRuns: z.int().nonnegative(),
    decoderRuns: z.int().nonnegative(),
    /** Earlier runs that made the structures named here, which the last run left as they were. */
    earlier: z.array(earlierRunSchema).readonly().optional(),
    structures: z
      .array(
        segmentedStructureSchema.extend({
          /** Where its mask comes from; absent where nobody has edited the label map. */
          origin: originSchema.optional(),
        }),
      )
      .readonly(),
    ...bidsFields,
  })
  .readonly()

/** The JSON beside a label map: what was done, with what, how it went. */
export type Sidecar = z.infer<typeof sidecarSchema>
