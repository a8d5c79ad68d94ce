import { SAM, STRETCH_1024, describeExport } from '../../../../support/exportCases.js'
import { decoderGraph, encoderGraph } from '../../../../support/exportGraphs.js'
import { EMBEDDING, planarIn } from '../../../../support/exportSignatures.js'

describeExport('layout sam2-hub', [
  {
    name: 'SAM 2 of Hugging Face, told that there are no points',
    layout: 'sam2-hub',
    graphs: [
      encoderGraph(
        [planarIn('pixel_values')],
        [
          { name: 'image_embeddings.0', dims: [1, 32, 256, 256] },
          { name: 'image_embeddings.1', dims: [1, 64, 128, 128] },
          { name: 'image_embeddings.2', dims: EMBEDDING },
        ],
      ),
      decoderGraph(
        [
          { name: 'image_embeddings.0', dims: ['batch', 32, 256, 256] },
          { name: 'image_embeddings.1', dims: ['batch', 64, 128, 128] },
          { name: 'image_embeddings.2', dims: ['batch', 256, 64, 64] },
          { name: 'input_points', dims: ['batch', 'objects', 'points', 2] },
          { name: 'input_labels', type: 'int64', dims: ['batch', 'objects', 'points'] },
          { name: 'input_boxes', dims: ['batch', 'boxes', 4] },
        ],
        {
          corners: 'input_boxes',
          pixelsPerUnit: 1,
          square: 1024,
          side: 256,
          count: 3,
          boxMask: 2,
          output: { name: 'pred_masks', dims: ['batch', 'objects', 3, 256, 256] },
        },
        { tensor: 'image_embeddings.2', output: { name: 'iou_scores', dims: ['batch', 'objects', 3] } },
      ),
    ],
    input: { name: 'pixel_values', ...STRETCH_1024, normal: SAM },
    score: 'mean',
  },
])
