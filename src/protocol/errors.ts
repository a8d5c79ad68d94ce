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

/** An error as it crosses a wire: the kind, one sentence for people, and the file it is about. */
export interface ErrorData {
  readonly kind: ErrorKind
  readonly message: string
  readonly file?: string
}
