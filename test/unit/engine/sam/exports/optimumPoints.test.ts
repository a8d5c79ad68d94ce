import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../../support/exportCases.js'
import { anyGraph } from '../../../../support/exportGraphs.js'
import { embeddingIn, planarIn, visionEncoder } from '../../../../support/exportSignatures.js'
import type { ValueSpec } from '../../../../support/onnxBuilder.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()

describe('layout optimum-points', () => {
  it('refuses exports for points only, as two files and as one, and says what to do', async () => {
    const points: readonly ValueSpec[] = [
      { name: 'input_points', dims: ['b', 'p', 'n', 2] },
      { name: 'input_labels', type: 'int64', dims: ['b', 'p', 'n'] },
    ]
    const answers = [
      { name: 'iou_scores', dims: [1, 1, 3] },
      { name: 'pred_masks', dims: [1, 1, 3, 256, 256] },
    ]
    const two = [
      visionEncoder,
      anyGraph([embeddingIn('image_embeddings'), embeddingIn('image_positional_embeddings'), ...points], answers),
    ]
    const one = [anyGraph([planarIn('pixel_values'), ...points], answers)]
    for (const [name, graphs] of [
      ['two', two],
      ['one', one],
    ] as const) {
      const error = await refusalOf(graphs, name, folder)
      expect(error.kind).toBe('model')
      expect(error.message).toMatch(/points only.*import the original checkpoint/)
    }
  })
})
