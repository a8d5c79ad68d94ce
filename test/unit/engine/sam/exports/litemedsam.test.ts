import { describe, expect, it } from 'vitest'
import { MIN_MAX, describeExport, refusalOf } from '../../../../support/exportCases.js'
import { decoderGraph, encoderGraph, inHalf } from '../../../../support/exportGraphs.js'
import {
  EMBEDDING,
  embeddingIn,
  liteDecoder,
  liteEncoder,
  liteHalfDecoder,
  litePrompt,
  planarIn,
} from '../../../../support/exportSignatures.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()

const lite256 = {
  name: 'image',
  dims: [1, 3, 256, 256],
  order: 'planar',
  letterbox: [256, 77],
  normal: MIN_MAX,
} as const

describeExport('layout litemedsam', [
  {
    name: 'LiteMedSAM, three files and the positional encoding',
    layout: 'litemedsam',
    graphs: [liteEncoder, litePrompt, liteDecoder()],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: lite256,
    score: 0.75,
  },
  {
    name: 'LiteMedSAM, two files',
    layout: 'litemedsam',
    graphs: [
      decoderGraph(
        [embeddingIn('image_embeddings'), { name: 'boxes', dims: [1, 1, 4] }],
        {
          corners: 'boxes',
          pixelsPerUnit: 1,
          square: 256,
          side: 256,
          count: 1,
          boxMask: 0,
          output: { name: 'low_res_masks', dims: [1, 1, 256, 256] },
        },
        { tensor: 'image_embeddings', output: { name: 'iou_predictions', dims: [1, 1] } },
      ),
      liteEncoder,
    ],
    input: lite256,
    score: 'mean',
  },
  {
    name: 'LiteMedSAM, two files in half precision',
    layout: 'litemedsam',
    graphs: [
      encoderGraph(
        [planarIn('image', 256, 'float16')],
        [{ name: 'image_embedding', dims: EMBEDDING, type: 'float16' }],
      ),
      liteHalfDecoder(),
    ],
    input: { ...lite256, tolerance: 2e-3 },
    score: 'none',
  },
  {
    name: 'LiteMedSAM, three files, the encoder alone in half precision',
    layout: 'litemedsam',
    graphs: [inHalf(liteEncoder), litePrompt, liteDecoder()],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: { ...lite256, tolerance: 2e-3 },
    score: 0.75,
  },
  {
    name: 'LiteMedSAM, three files, all but the encoder in half precision',
    layout: 'litemedsam',
    graphs: [liteEncoder, inHalf(litePrompt), inHalf(liteDecoder())],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: lite256,
    score: 0.75,
  },
])

describe('layout litemedsam', () => {
  it('asks for the positional encoding that a LiteMedSAM needs', async () => {
    expect((await refusalOf([liteEncoder, litePrompt, liteDecoder()], 'nope', folder)).message).toContain(
      'positional_encoding.npy',
    )
  })
})
