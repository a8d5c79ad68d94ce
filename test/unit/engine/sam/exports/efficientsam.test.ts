import { describe, expect, it } from 'vitest'
import { STRETCH_1024, UNIT, describeExport, refusalOf } from '../../../../support/exportCases.js'
import { inHalf, withHalf } from '../../../../support/exportGraphs.js'
import { efficientDecoder, efficientEncoder, efficientWhole } from '../../../../support/exportSignatures.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()

describeExport('layout efficientsam', [
  {
    name: 'EfficientSAM, encoder and decoder',
    layout: 'efficientsam',
    graphs: [efficientEncoder, efficientDecoder('points')],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'EfficientSAM, exported for six points',
    layout: 'efficientsam',
    graphs: [efficientEncoder, efficientDecoder(6)],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'EfficientSAM, both in half precision',
    layout: 'efficientsam',
    graphs: [inHalf(efficientEncoder), inHalf(efficientDecoder('points'))],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT, tolerance: 2e-3 },
    score: 'mean',
  },
  {
    name: 'EfficientSAM, an embedding in half precision before a decoder in single',
    layout: 'efficientsam',
    graphs: [withHalf(efficientEncoder, 'image_embeddings'), efficientDecoder('points')],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'EfficientSAM, one file',
    layout: 'efficientsam',
    graphs: [efficientWhole],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 2.5,
  },
  {
    name: 'EfficientSAM, one file in half precision',
    layout: 'efficientsam',
    graphs: [inHalf(efficientWhole)],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT, tolerance: 2e-3 },
    score: 2.5,
  },
])

describe('layout efficientsam', () => {
  it('refuses an EfficientSAM whose prompts are single points', async () => {
    expect((await refusalOf([efficientEncoder, efficientDecoder(1)], 'single', folder)).message).toContain(
      'one point per prompt',
    )
  })
})
