import { defined } from './defined.js'
import { sentence } from './shownText.js'
import type { ErrorData, ErrorKind, Remedy } from './errorData.js'

/**
 * The one error type the engine throws on purpose. The message is a sentence for users:
 * what is wrong, in which file, what to do. It names no command or option of the command line or the extension;
 * where one helps, it is given as `remedy`, and they say it in their own words.
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
    // Names and values from files may be in it, whatever they hold.
    super(sentence(message), options)
    this.remedy = options?.remedy
  }
}

/** Turns anything thrown into the data that crosses a wire; what is not ours becomes `internal`. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof MedlsamError) {
    const { kind, message, file, remedy } = error
    return defined({ kind, message, file, remedy })
  }
  return { kind: 'internal', message: sentence(error instanceof Error ? error.message : String(error)) }
}

/** The error that such data tells of, to be thrown on this side of a wire. */
export function fromErrorData({ kind, message, file, remedy }: ErrorData): MedlsamError {
  return new MedlsamError(kind, message, file, defined({ remedy }))
}

/** Throws the `cancelled` error when the signal is aborted; call between network runs. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MedlsamError('cancelled', 'Stopped before the end; nothing was written.')
}
