import { PAD_1024, describeExport } from '../../../../support/exportCases.js'
import { withHalf } from '../../../../support/exportGraphs.js'
import { optimumDecoder, visionEncoder } from '../../../../support/exportSignatures.js'

describeExport('layout optimum-boxes', [
  {
    name: 'boxes only',
    layout: 'optimum-boxes',
    graphs: [visionEncoder, optimumDecoder(false)],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: 'mean',
  },
  {
    name: 'points and boxes, told that there is no point',
    layout: 'optimum-boxes',
    graphs: [optimumDecoder(true), visionEncoder],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: -1,
  },
  {
    name: 'masks in half precision, scores not',
    layout: 'optimum-boxes',
    graphs: [visionEncoder, withHalf(optimumDecoder(false), 'pred_masks')],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: 'mean',
  },
  {
    name: 'scores in half precision, masks not',
    layout: 'optimum-boxes',
    graphs: [withHalf(optimumDecoder(true), 'iou_scores'), visionEncoder],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: -1,
  },
])
