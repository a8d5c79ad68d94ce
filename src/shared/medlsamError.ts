import type { ErrorData, ErrorKind, Remedy } from './errorData.js'

/**
 * The one error type the engine throws on purpose. The message is a sentence for people:
 * what is wrong, in which file, what to do.
 */
export class MedlsamError extends Error {
  override readonly name = 'MedlsamError'
  readonly remedy: Remedy | undefined

  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly file?: string,
    options?: ErrorOptions & { readonly remedy?: Remedy },
  ) {
    super(message, options)
    this.remedy = options?.remedy
  }
}

/** Turns anything thrown into the data that crosses a wire; what is not ours becomes `internal`. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof MedlsamError) {
    return {
      kind: error.kind,
      message: error.message,
      ...(error.file === undefined ? {} : { file: error.file }),
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    }
  }
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** Throws the `cancelled` error when the signal is aborted; call between network runs. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MedlsamError('cancelled', 'Stopped before the end; nothing was written.')
}
