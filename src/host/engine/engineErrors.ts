import { ResponseError } from 'vscode-jsonrpc/node'
import type { ErrorData } from '../../shared/errorData.js'

/** The engine process ended while it still owed an answer. */
export class EngineDied extends Error {
  override readonly name = 'EngineDied'
}

/** The engine answered with an error of its own. */
export class EngineError extends Error {
  override readonly name = 'EngineError'

  constructor(readonly data: ErrorData) {
    super(data.message)
  }
}

/** The user asked to stop. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled'

  /** @param stopped resolves when the engine really works on it no longer */
  constructor(readonly stopped: Promise<void>) {
    super('Stopped.')
  }
}

/** What came over the wire as one of the errors above; anything else as it is. */
export function ownError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error
  const data = (error as ResponseError<ErrorData | undefined>).data
  if (data?.kind === 'cancelled') return new RunCancelled(Promise.resolve())
  return new EngineError(data ?? { kind: 'internal', message: error.message })
}
