import type { MedlamModel } from './model.js'
import { embedDense } from './denseEmbedding.js'
import { embedPatches } from './patchEmbedding.js'
import type { PreparedVolume } from './prepare.js'
import type { ScanEmbedding } from './scanEmbedding.js'

/** Lets a model look at a prepared scan; nothing runs before something is asked. */
export function embedScan(model: MedlamModel, volume: PreparedVolume): ScanEmbedding {
  switch (model.card.kind) {
    case 'dense':
      return embedDense(model, model.card, volume)
    case 'patch':
      return embedPatches(model, model.card, volume)
  }
}
