import source from 'reader-worker-source'
import { fromErrorData } from '../../shared/medlsamError.js'
import { nextMessage, workerFromSource } from '../workerFromSource.js'
import type { FromReader, ToReader } from './readerWire.js'
import { shownImage, type ShownImage } from './shownImage.js'

/**
 * Reads an image in a worker, so that the page stays alive; where none can be started, in the page itself and without
 * ITK.
 * @throws MedlsamError with one sentence about what is wrong
 */
export async function readImage(order: ToReader): Promise<ShownImage> {
  const worker = await workerFromSource(source).catch(() => null)
  if (worker === null) return shownImage(order, null)
  try {
    const answer = await nextMessage<FromReader>(worker, () => {
      worker.postMessage(
        order,
        [...order.files.values()].map(({ buffer }) => buffer),
      )
    })
    if (answer.kind === 'read') return answer.image
    throw answer.kind === 'failed' ? fromErrorData(answer.error) : new Error('The reader answered out of turn.')
  } finally {
    worker.terminate()
  }
}
