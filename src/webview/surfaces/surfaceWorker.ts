import { labelSurfaces } from './labelSurfaces.js'
import type { ImageVolume } from '../viewer/imageVolume.js'
import type { FromSurfaces } from './surfaceWire.js'

/** What a worker of one's own may do; the page's own types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ImageVolume>) => void) | null
  postMessage(message: FromSurfaces, transfer?: Transferable[]): void
}

const scope = self as unknown as WorkerScope

scope.onmessage = ({ data }) => {
  const surfaces = labelSurfaces(data)
  const buffers = surfaces.flatMap(({ positionsMm, triangles }) => [positionsMm.buffer, triangles.buffer])
  scope.postMessage(
    { kind: 'made', surfaces },
    buffers.filter((buffer) => buffer instanceof ArrayBuffer),
  )
}
scope.postMessage({ kind: 'started' })
