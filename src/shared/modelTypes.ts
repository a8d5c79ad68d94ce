/** Models: what can be had (the registry), what is there (installed), and what the Models view and the command line ask for. */
import { z } from 'zod'

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')
const idSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be lower-case letters, digits, dots, dashes')
const httpsSchema = z.url({ protocol: /^https?$/ })
/** A plain name: what becomes part of a path must not climb out of its folder. */
const fileNameSchema = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'must be a plain file name')

/** Number formats of a model's weights. */
export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const
/** One of {@link PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number]

/** The most exact of several precisions, which is taken when nobody names one; null of none. */
export function mostExact(precisions: readonly Precision[]): Precision | null {
  return PRECISIONS.find((candidate) => precisions.includes(candidate)) ?? null
}

/** The parts of a name such as `sam-vit-b@int8`; no precision leaves the choice open. */
export function splitModelName(name: string): { readonly id: string; readonly precision: Precision | null } {
  const at = name.lastIndexOf('@')
  const precision = PRECISIONS.find((candidate) => candidate === name.slice(at + 1))
  return at > 0 && precision !== undefined ? { id: name.slice(0, at), precision } : { id: name, precision: null }
}

/** Exports of segmenters that are known; how each is recognised and run is in the engine's folder `sam/layouts`. */
export const SEGMENTER_LAYOUTS = [
  'meta',
  'samexporter',
  'optimum-points',
  'optimum-boxes',
  'efficientsam',
  'medficientsam',
  'litemedsam',
  'sam2',
  'sam2-hub',
] as const
/** One of {@link SEGMENTER_LAYOUTS}. */
export type SegmenterLayoutId = (typeof SEGMENTER_LAYOUTS)[number]

/**
 * How grey values become a network's input: `sam` subtracts SAM's mean and divides by its deviation, `minMax`
 * spreads the slice image's own range over 0 to 1 (MedSAM and its kin), `unit` maps 0..255 to 0..1, and `inside`
 * leaves it to the graph.
 */
export const NORMALISATIONS = ['sam', 'minMax', 'unit', 'inside'] as const
/** One of {@link NORMALISATIONS}. */
export type Normalisation = (typeof NORMALISATIONS)[number]

/** How a slice image fills the square a model looks at: `pad` keeps its shape and fills up, `stretch` does not. */
export const FITS = ['pad', 'stretch'] as const
/** One of {@link FITS}. */
export type Fit = (typeof FITS)[number]

const preprocessingSchema = z.object({ normalisation: z.enum(NORMALISATIONS), fit: z.enum(FITS) }).readonly()
/** What a graph's inputs cannot tell: how the slice images it was trained on were prepared. */
export type Preprocessing = z.infer<typeof preprocessingSchema>

const tilesSchema = z
  .object({
    /** Whether slices are cut to where organs are; the network sees whole slices otherwise, one at a time. */
    cut: z.boolean(),
    /** So many cut slices beside each other along the longer side of its input where a mosaic is wanted; 1 for none. */
    perSide: z.int().min(1).max(4),
    /** What decided it: a figure, or that nobody has measured it. One sentence. */
    figure: z.string().min(1),
  })
  .readonly()
  .refine(({ cut, perSide }) => cut || perSide === 1, 'only cut slices make a mosaic')
/** How much of a slice, and how many slices, a segmenter is shown at once. */
export type TileUse = z.infer<typeof tilesSchema>

const windowSchema = z.object({ level: z.number(), width: z.number().positive() }).readonly()

const licenseSchema = z
  .object({
    /** SPDX identifier, or `LicenseRef-...` where there is none. */
    spdx: z.string().min(1),
    /** Where to read it. */
    url: httpsSchema,
    /** Whether it allows everything but dropping the notice; other licences must be accepted before a download. */
    permissive: z.boolean(),
    /** What a user must know about it, one sentence. */
    note: z.string().optional(),
  })
  .readonly()
/** A licence, with a link. */
export type ModelLicense = z.infer<typeof licenseSchema>

const fileSchema = z
  .object({
    name: fileNameSchema,
    /** Null where nobody has published it. */
    sizeBytes: z.int().positive().nullable(),
    /** Null where nobody has published it: such a file is taken only with consent, and remembered as it came. */
    sha256: sha256Schema.nullable(),
    /** Where the file itself lies; absent when it is embedded or comes in an archive. */
    url: httpsSchema.optional(),
    /** Name of one of the variant's archives, and the file's path inside it. */
    archive: z
      .object({ name: fileNameSchema, member: z.string().min(1) })
      .readonly()
      .optional(),
  })
  .readonly()
/** A file of a model. */
export type ModelFile = z.infer<typeof fileSchema>

const archiveSchema = z
  .object({
    name: fileNameSchema,
    url: httpsSchema,
    sizeBytes: z.int().positive().nullable(),
    sha256: sha256Schema.nullable(),
  })
  .readonly()
/** A ZIP that holds files of a model. */
export type ModelArchive = z.infer<typeof archiveSchema>

const variantSchema = z
  .object({
    precision: z.enum(PRECISIONS),
    files: z.array(fileSchema).min(1).readonly(),
    archives: z.array(archiveSchema).readonly().optional(),
  })
  .readonly()
/** The files of a model in one precision. */
export type ModelVariant = z.infer<typeof variantSchema>

const entryCommon = {
  id: idSchema,
  title: z.string().min(1),
  /** Where the weights and the export come from. */
  provenance: z.string().min(1),
  license: licenseSchema,
  /** `embedded`: part of the installation. `download`: fetched on request. `import`: only from files the user has. */
  origin: z.enum(['embedded', 'download', 'import']),
  /** For `import`: what to get and from where, and why there is nothing to download. */
  importHint: z.string().optional(),
  /** The first is taken unless another is asked for. Empty for `import`. */
  variants: z.array(variantSchema).readonly(),
}

const segmenterEntrySchema = z
  .object({
    ...entryCommon,
    task: z.literal('segment'),
    layout: z.enum(SEGMENTER_LAYOUTS),
    /** Side of the square the encoder looks at, in pixels. */
    inputSizePx: z.int().positive(),
    preprocessing: preprocessingSchema,
    /** CT window in HU unless a run asks for another. */
    windowHu: windowSchema,
    /** What it is shown at once; cut slices, one at a time, when absent. */
    tiles: tilesSchema.optional(),
  })
  .readonly()

const localizerEntrySchema = z
  .object({
    ...entryCommon,
    task: z.literal('localize'),
    /** Side of its input in voxels; null when it takes whole volumes. */ inputSizeVoxels: z
      .int()
      .positive()
      .nullable(),
  })
  .readonly()

const entrySchema = z
  .discriminatedUnion('task', [segmenterEntrySchema, localizerEntrySchema])
  .refine(
    (entry) => (entry.origin === 'import') === (entry.importHint !== undefined),
    'importHint belongs to origin "import" and to no other',
  )
  .refine((entry) => entry.origin === 'import' || entry.variants.length > 0, 'variants are missing')
  .refine(
    (entry) =>
      entry.origin !== 'download' ||
      entry.variants.every((variant) =>
        variant.files.every((file) => (file.url === undefined) !== (file.archive === undefined)),
      ),
    'every file of a download needs a url or an archive, and not both',
  )
  .refine(
    (entry) =>
      entry.variants.every((variant) =>
        variant.files.every(
          ({ archive }) => archive === undefined || (variant.archives ?? []).some(({ name }) => name === archive.name),
        ),
      ),
    'a file names an archive that is not listed',
  )

/** Schema of `models/registry.json`. */
export const registrySchema = z
  .object({
    format: z.literal('medlsam-model-registry'),
    formatVersion: z.literal(1),
    models: z.array(entrySchema).readonly(),
  })
  .readonly()
  .refine(({ models }) => new Set(models.map(({ id }) => id)).size === models.length, 'ids must be unique')

/** The registry. */
export type Registry = z.infer<typeof registrySchema>
/** A model the registry knows. */
export type RegistryEntry = z.infer<typeof entrySchema>
/** A segmenter the registry knows. */
export type SegmenterEntry = z.infer<typeof segmenterEntrySchema>

/**
 * How sure we are of a file: `registry`: its SHA-256 is the published one; `firstUse`: nobody published one, so it is
 * compared with what came first; `user`: the user brought it.
 */
export const TRUSTS = ['registry', 'firstUse', 'user'] as const
/** One of {@link TRUSTS}. */
export type Trust = (typeof TRUSTS)[number]

/** Schema of the `model.json` that lies with the files of an installed model: all of them together are the user's registry. */
export const installedModelSchema = z
  .object({
    format: z.literal('medlsam-installed-model'),
    formatVersion: z.literal(1),
    id: idSchema,
    title: z.string().min(1),
    precision: z.enum(PRECISIONS),
    origin: z.enum(['download', 'import']),
    provenance: z.string(),
    license: licenseSchema.nullable(),
    /** When the licence was accepted, ISO 8601; null where it is permissive. */
    licenseAcceptedAt: z.string().nullable(),
    installedAt: z.string(),
    files: z
      .array(
        z
          .object({
            name: fileNameSchema,
            sizeBytes: z.int().nonnegative(),
            sha256: sha256Schema,
            trust: z.enum(TRUSTS),
          })
          .readonly(),
      )
      .min(1)
      .readonly(),
    use: z.discriminatedUnion('task', [
      z
        .object({
          task: z.literal('segment'),
          layout: z.enum(SEGMENTER_LAYOUTS),
          preprocessing: preprocessingSchema,
          windowHu: windowSchema,
        })
        .readonly(),
      /** `card` is the file among `files` that says how to run it (the model card). */
      z.object({ task: z.literal('localize'), card: fileNameSchema }).readonly(),
    ]),
  })
  .readonly()

/** An installed model, as recorded with its files. */
export type InstalledModel = z.infer<typeof installedModelSchema>

/** Where a variant of a model stands: `embedded` and `installed` can be used now, `available` can be downloaded, `damaged` is incomplete. */
export type VariantState = 'embedded' | 'installed' | 'available' | 'damaged'

/** One precision of a model, for lists. */
export interface VariantSummary {
  readonly precision: Precision
  readonly state: VariantState
  /** Sum of the files; null where it is not known. */
  readonly sizeBytes: number | null
  /** False where a file has no published SHA-256: its download needs `acceptUnverified`. */
  readonly hashesKnown: boolean
  /** Absolute paths when it can be used now. */
  readonly files: readonly string[]
}

/** A model for lists: of the registry, of the user, or both. */
export interface ModelSummary {
  readonly id: string
  readonly title: string
  readonly task: 'localize' | 'segment'
  readonly origin: 'embedded' | 'download' | 'import'
  /** Null for localizers. */
  readonly layout: SegmenterLayoutId | null
  readonly inputSizePx: number | null
  /** How slice images are prepared; null for localizers. */
  readonly preprocessing: Preprocessing | null
  readonly provenance: string
  readonly license: ModelLicense | null
  /** What to get, where there is nothing to download. */
  readonly importHint: string | null
  /** Empty when it can only be imported and has not been. */
  readonly variants: readonly VariantSummary[]
  /** Null when boxes can prompt it, otherwise why not; null for localizers. */
  readonly refusal: string | null
}

/** Where models lie, and the rules of downloading. */
export interface ModelsInfo {
  /** The folder downloads and imports go to. */
  readonly folder: string
  readonly offline: boolean
  readonly models: readonly ModelSummary[]
  /** What lies in the folder but cannot be used, and what to do about it: a sentence each. */
  readonly problems: readonly string[]
}

/** What to download. Answers with the model as installed. */
export interface DownloadModelRequest {
  readonly id: string
  /** The model's first when absent. */
  readonly precision?: Precision
  /** The user has read and accepted the licence; needed unless `license.permissive`. */
  readonly acceptLicense?: boolean
  /** The user takes files without a published SHA-256; needed unless `hashesKnown`. */
  readonly acceptUnverified?: boolean
}

/** Finished ONNX files to take into the models folder. */
export interface ImportModelRequest {
  readonly files: readonly string[]
  /** Id to register under; an id of the registry brings its title, licence and preprocessing. Made from the file name when absent. */
  readonly id?: string
  readonly title?: string
  /** How slice images were prepared in training; needed where the graphs leave it open and `id` is not in the registry, refused where they do not. */
  readonly normalisation?: Normalisation
  /** The usual one for `normalisation` when absent. */
  readonly fit?: Fit
  readonly precision?: Precision
}

/** One precision of a model. */
export interface ModelChoice {
  readonly id: string
  /** All of the model's when absent. */
  readonly precision?: Precision
}

/** What checking an installed file found. */
export interface VerifiedFile {
  readonly id: string
  readonly precision: Precision
  readonly path: string
  readonly state: 'intact' | 'missing' | 'changed'
  readonly trust: Trust
  /** What is wrong and what to do, one sentence, where the file is a record that cannot be used. */
  readonly problem?: string
}

/** How a provider did on a model's encoder. */
export interface ProviderTrial {
  readonly provider: string
  /** Milliseconds of one encode after a warm-up; null when it could not be had. */
  readonly encodeMs: number | null
  /** Root mean square difference to the CPU's embedding, relative to it; null where there is none. */
  readonly difference: number | null
  /** Why it was not chosen, or null. */
  readonly problem: string | null
}

/** The self-test of a model: which provider `auto` takes on this machine, and why. */
export interface ProviderTestReport {
  readonly id: string
  readonly chosen: string
  readonly trials: readonly ProviderTrial[]
}

/** The GPU files that ONNX Runtime's npm package leaves out. */
export interface GpuRuntimeInfo {
  /** Whether this system needs and can use the download (Linux x64). */
  readonly supported: boolean
  readonly installed: boolean
  /** ONNX Runtime's version, which the files must match exactly. */
  readonly version: string
  /** What is fetched, from where, how it is checked; or why there is nothing to fetch. One or two sentences. */
  readonly about: string
}
