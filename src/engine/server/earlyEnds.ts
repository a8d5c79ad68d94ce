import type { MessageConnection } from 'vscode-jsonrpc'
import { endEarlyNotification } from '../../protocol/rpc.js'

/** The segmentations that are going on, each of which can be told to end with what is finished. */
export class EarlyEnds {
  private readonly ends = new Map<number, AbortController>()

  constructor(connection: MessageConnection) {
    connection.onNotification(endEarlyNotification, ({ run }) => {
      this.ends.get(run)?.abort()
    })
  }

  /** Does the work of a run with a signal that is aborted when it shall end early. */
  async during<T>(run: number, work: (endEarly: AbortSignal) => Promise<T>): Promise<T> {
    const end = new AbortController()
    this.ends.set(run, end)
    try {
      return await work(end.signal)
    } finally {
      this.ends.delete(run)
    }
  }
}
