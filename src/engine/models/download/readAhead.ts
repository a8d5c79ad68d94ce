import type { Readable } from 'node:stream'

/** Bytes that may wait to be written before the sender is held back. */
const MOST_WAITING = 8 * 1024 * 1024

/**
 * Takes what a stream brings as soon as it comes, and hands it out in order. Iterating the stream itself would lose
 * what has arrived but was not read yet when the connection breaks, and the next try would have to fetch it again.
 * @returns chunks, and then the stream's error if it had one
 */
export async function* readAhead(stream: Readable): AsyncGenerator<Uint8Array, void> {
  const waiting: Uint8Array[] = []
  let bytes = 0
  const end: { error: Error | null; reached: boolean } = { error: null, reached: false }
  let wake: () => void = () => undefined
  stream.on('data', (chunk: Uint8Array) => {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes > MOST_WAITING) stream.pause()
    wake()
  })
  const close = (error: Error | null): void => {
    if (!end.reached) Object.assign(end, { error, reached: true })
    wake()
  }
  stream.on('end', () => {
    close(null)
  })
  stream.on('error', close)
  stream.on('close', () => {
    close(new Error('the connection was closed'))
  })
  for (;;) {
    const chunk = waiting.shift()
    if (chunk !== undefined) {
      bytes -= chunk.length
      if (stream.isPaused() && bytes < MOST_WAITING / 2) stream.resume()
      yield chunk
    } else if (end.error !== null) {
      throw end.error
    } else if (end.reached) {
      return
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
