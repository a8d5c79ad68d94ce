import { SAM, STRETCH_1024, describeExport } from '../../../../support/exportCases.js'
import { inHalf, withHalf } from '../../../../support/exportGraphs.js'
import { sam2Decoder, sam2Encoder } from '../../../../support/exportSignatures.js'

describeExport('layout sam2', [
  {
    name: 'SAM 2',
    layout: 'sam2',
    graphs: [sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']), sam2Decoder(false)],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'SAM 2, scores in half precision',
    layout: 'sam2',
    graphs: [
      sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']),
      withHalf(sam2Decoder(false), 'iou_predictions'),
    ],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'SAM 2, an encoder in half precision before a decoder in single',
    layout: 'sam2',
    graphs: [inHalf(sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed'])), sam2Decoder(true)],
    input: { name: 'image', ...STRETCH_1024, normal: SAM, tolerance: 2e-3 },
    score: 'mean',
  },
  {
    name: 'SAM 2, a decoder in half precision',
    layout: 'sam2',
    graphs: [sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']), inHalf(sam2Decoder(false))],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'SAM 2, older export with other output names',
    layout: 'sam2',
    graphs: [sam2Decoder(true), sam2Encoder(['feat_a', 'feat_b', 'embedding'])],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 'mean',
  },
])
