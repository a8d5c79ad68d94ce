import source from 'surface-worker-source'
import type { ImageVolume } from '../viewer/imageVolume.js'
import { nextMessage, workerFromSource } from '../workerFromSource.js'
import { labelSurfaces, type LabelSurface } from './labelSurfaces.js'
import type { FromSurfaces } from './surfaceWire.js'

/** The surfaces of all labels, made in a worker so that the page stays alive; where none can be started, in the page itself. */
export async function makeSurfaces(labels: ImageVolume): Promise<readonly LabelSurface[]> {
  const worker = await workerFromSource(source).catch(() => null)
  if (worker === null) return labelSurfaces(labels)
  try {
    const answer = await nextMessage<FromSurfaces>(worker, () => {
      worker.postMessage(labels)
    })
    return answer.kind === 'made' ? answer.surfaces : []
  } finally {
    worker.terminate()
  }
}
