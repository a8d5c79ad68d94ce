/**
 * What went wrong, as a closed vocabulary:
 * - `usage`: the request itself is wrong (unknown option, unknown structure);
 * - `input`: a scan or label map cannot be used;
 * - `template`: a template set or bank cannot be used;
 * - `model`: a model file or its card cannot be used;
 * - `output`: a result cannot be written;
 * - `cancelled`: the person or program asked to stop;
 * - `internal`: a defect of ours.
 */
export const ERROR_KINDS = ['usage', 'input', 'template', 'model', 'output', 'cancelled', 'internal'] as const

/** One of {@link ERROR_KINDS}. */
export type ErrorKind = (typeof ERROR_KINDS)[number]

/** What a person may say to have a scan used that was refused; named like the option of the request. */
export type ScanRemedy =
  | { readonly option: 'forceHu' }
  | { readonly option: 'timePoint'; readonly timePoints: number }
  | { readonly option: 'maxBytes'; readonly needsBytes: number }

/** What a person may say to have a refused scan used, or a refused model imported. */
export type Remedy = ScanRemedy | { readonly option: 'normalisation' }

/** An error as it crosses a wire: the kind, one sentence for people, the file it is about, and what may help. */
export interface ErrorData {
  readonly kind: ErrorKind
  readonly message: string
  readonly file?: string
  readonly remedy?: Remedy
}
