import { AS_IS, MIN_MAX, describeExport } from '../../../../support/exportCases.js'
import { encoderGraph } from '../../../../support/exportGraphs.js'
import { EMBEDDING, medficientDecoder } from '../../../../support/exportSignatures.js'

describeExport('layout medficientsam', [
  {
    name: 'MedficientSAM, preprocessing inside',
    layout: 'medficientsam',
    graphs: [
      encoderGraph(
        [
          { name: 'image', type: 'uint8', dims: ['height', 'width', 3] },
          { name: 'original_size', type: 'int16', dims: [2] },
        ],
        [{ name: 'image_embeddings', dims: EMBEDDING }],
      ),
      medficientDecoder(),
    ],
    input: {
      name: 'image',
      dims: [154, 512, 3],
      order: 'interleaved',
      letterbox: [512, 154],
      normal: AS_IS,
      tolerance: 0.51,
    },
    score: 'none',
  },
  {
    name: 'MedficientSAM, "cpp" export',
    layout: 'medficientsam',
    graphs: [
      encoderGraph([{ name: 'image', dims: [512, 512, 3] }], [{ name: 'image_embeddings', dims: EMBEDDING }]),
      medficientDecoder(),
    ],
    input: { name: 'image', dims: [512, 512, 3], order: 'interleaved', letterbox: [512, 154], normal: MIN_MAX },
    score: 'none',
  },
])
