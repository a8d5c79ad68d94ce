import { ResponseError, type CancellationToken } from 'vscode-jsonrpc'
import type { ErrorData } from '../../shared/errorData.js'
import { toErrorData } from '../../shared/medlsamError.js'
import type { Order } from './oneAtATime.js'

/** JSON-RPC's code range for errors of the server; the kind is in the data. */
const ENGINE_ERROR = -32000

/** What a request is answered with: a result, or why there is none. */
export type Answer<T> = Promise<T | ResponseError<ErrorData>>

/** How a request is answered. */
export interface Answering {
  readonly token: CancellationToken
  /** When its turn comes; at once when absent. */
  readonly order?: Order
  /** Called when that is not now. */
  readonly onWait?: () => void
}

/** Does the work of a request; what it throws becomes the answer. */
export async function answer<T>(
  { token, order, onWait }: Answering,
  work: (signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const abort = new AbortController()
  const listening = token.onCancellationRequested(() => {
    abort.abort()
  })
  try {
    if (token.isCancellationRequested) abort.abort()
    return await (order === undefined ? work(abort.signal) : order(() => work(abort.signal), abort.signal, onWait))
  } catch (error) {
    const data = toErrorData(error)
    return new ResponseError(ENGINE_ERROR, data.message, data)
  } finally {
    listening.dispose()
  }
}
