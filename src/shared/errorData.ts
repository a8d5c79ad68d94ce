import { z } from 'zod'
import { PRECISIONS } from './modelTypes.js'

/**
 * What went wrong, as a closed vocabulary:
 * - `usage`: the request itself is wrong (unknown option, unknown structure);
 * - `input`: a scan or label map cannot be used;
 * - `template`: a template set or bank cannot be used;
 * - `model`: a model file or its card cannot be used;
 * - `output`: a result cannot be written;
 * - `nothingFound`: the scan shows none of the structures that were looked for, so nothing was written;
 * - `cancelled`: the user or program asked to stop;
 * - `internal`: a defect of ours.
 */
export const ERROR_KINDS = [
  'usage',
  'input',
  'template',
  'model',
  'output',
  'nothingFound',
  'cancelled',
  'internal',
] as const

/** One of {@link ERROR_KINDS}. */
export type ErrorKind = (typeof ERROR_KINDS)[number]

/** What has a refused scan used all the same; named like the option of the request. */
const scanRemedies = [
  /** Say that the scan is CT in HU. */
  z.object({ option: z.literal('forceHu') }).readonly(),
  /** Subtract what was added to HU, most often 1024. */
  z.object({ option: z.literal('huOffset'), offset: z.number().default(1024) }).readonly(),
  /** Choose one of so many time points. */
  z.object({ option: z.literal('timePoint'), timePoints: z.int() }).readonly(),
  /** Allow so many bytes. */
  z.object({ option: z.literal('maxBytes'), needsBytes: z.number() }).readonly(),
] as const

/** Schema of {@link Remedy}. */
export const remedySchema = z.discriminatedUnion('option', [
  ...scanRemedies,
  /** Say how slice images were prepared in training, or which known model it is. */
  z.object({ option: z.literal('normalisation') }).readonly(),
  /** Do not say how slice images were prepared: the model knows. */
  z.object({ option: z.literal('noPreparation') }).readonly(),
  /** Give an imported model another id. */
  z.object({ option: z.literal('id') }).readonly(),
  /** Read and accept the licence. */
  z.object({ option: z.literal('acceptLicense') }).readonly(),
  /** Take files for which nobody has published a SHA-256. */
  z.object({ option: z.literal('acceptUnverified') }).readonly(),
  /** Allow downloads, which are turned off. */
  z.object({ option: z.literal('offline') }).readonly(),
  /** Download this model; the first precision there is for null. */
  z.object({ option: z.literal('downloadModel'), id: z.string(), precision: z.enum(PRECISIONS).nullable() }).readonly(),
  /** Remove this model, then install it again. */
  z.object({ option: z.literal('removeModel'), id: z.string(), precision: z.enum(PRECISIONS) }).readonly(),
  /** The named model is a segmenter, and must be named as one. */
  z.object({ option: z.literal('segmenter') }).readonly(),
  /** The named model is a localizer, and must be named as one. */
  z.object({ option: z.literal('localizer') }).readonly(),
  /** Keep models in another folder. */
  z.object({ option: z.literal('modelsFolder') }).readonly(),
  /** Build a bank (again) from its template set. */
  z.object({ option: z.literal('buildBank') }).readonly(),
  /** Say what these label values are, or that they may go without names. */
  z.object({ option: z.literal('nameLabels'), labelValues: z.array(z.int()).readonly() }).readonly(),
  /** Make a template set. */
  z.object({ option: z.literal('createTemplates') }).readonly(),
  /** Write results to another place. */
  z.object({ option: z.literal('out') }).readonly(),
  /** Replace a file that is not ours. */
  z.object({ option: z.literal('force') }).readonly(),
  /** Choose one of several DICOM series. */
  z.object({ option: z.literal('series') }).readonly(),
  /** Name the DICOM series that a label map was made of. */
  z.object({ option: z.literal('sourceSeries') }).readonly(),
  /** Segment one scan instead of a folder. */
  z.object({ option: z.literal('singleScan') }).readonly(),
  /** Send every edit of a label map again, not only those that are new. */
  z.object({ option: z.literal('allEdits') }).readonly(),
  /** Work on fewer scans at the same time. */
  z.object({ option: z.literal('jobs') }).readonly(),
])

/**
 * What may help against an error, as data: the command line, the extension and programs each say or do it in their
 * own way.
 */
export type Remedy = z.infer<typeof remedySchema>

/** What has a refused scan used all the same. */
export type ScanRemedy = z.infer<(typeof scanRemedies)[number]>

/** Whether a remedy is about the scan. */
export function isScanRemedy(remedy: Remedy): remedy is ScanRemedy {
  return (
    remedy.option === 'forceHu' ||
    remedy.option === 'huOffset' ||
    remedy.option === 'timePoint' ||
    remedy.option === 'maxBytes'
  )
}

/** An error as it crosses a wire: the kind, one sentence for users, the file it is about, and what may help. */
export interface ErrorData {
  readonly kind: ErrorKind
  readonly message: string
  readonly file?: string
  readonly remedy?: Remedy
}
