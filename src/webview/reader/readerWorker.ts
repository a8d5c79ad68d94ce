import { toErrorData } from '../../shared/medlsamError.js'
import { unpackItkReader } from './itkReader.js'
import type { FromReader, ToReader } from './readerWire.js'
import { shownImage, type ShownImage } from './shownImage.js'

/** What a worker of one's own may do; the page's own types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToReader>) => void) | null
  postMessage(message: FromReader, transfer?: Transferable[]): void
}

const scope = self as unknown as WorkerScope

scope.onmessage = ({ data }) => {
  read(data).then(
    (image) => {
      const { buffer } = image.data
      scope.postMessage({ kind: 'read', image }, buffer instanceof ArrayBuffer ? [buffer] : [])
    },
    (error: unknown) => {
      scope.postMessage({ kind: 'failed', error: toErrorData(error) })
    },
  )
}

async function read({ itkReader, ...order }: ToReader): Promise<ShownImage> {
  return shownImage(order, itkReader === null ? null : await unpackItkReader(itkReader))
}

scope.postMessage({ kind: 'started' })
