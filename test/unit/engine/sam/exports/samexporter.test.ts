import { AS_IS, describeExport } from '../../../../support/exportCases.js'
import { encoderGraph } from '../../../../support/exportGraphs.js'
import { EMBEDDING } from '../../../../support/exportSignatures.js'
import { samDecoderGraph } from '../../../../support/samGraphs.js'

describeExport('layout samexporter', [
  {
    name: 'samexporter, any size',
    layout: 'samexporter',
    graphs: [
      encoderGraph(
        [{ name: 'input_image', dims: ['height', 'width', 3] }],
        [{ name: 'image_embeddings', dims: EMBEDDING }],
      ),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', dims: [307, 1024, 3], order: 'interleaved', letterbox: [1024, 307], normal: AS_IS },
    score: 0.5,
  },
  {
    name: 'samexporter, fixed canvas',
    layout: 'samexporter',
    graphs: [
      encoderGraph([{ name: 'input_image', dims: [684, 1024, 3] }], [{ name: 'image_embeddings', dims: EMBEDDING }]),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', dims: [684, 1024, 3], order: 'interleaved', letterbox: [1024, 307], normal: AS_IS },
    score: 0.5,
  },
])
