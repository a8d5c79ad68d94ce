import { defined } from '../../../shared/defined.js'
import type { Network } from '../../runtime/network.js'
import { enlarge, fitLetterbox, toLetterbox } from './letterbox.js'
import { interleaved } from './encoderInput.js'
import { BOXES_ONLY, boxOf } from '../prompts/prompt.js'
import type { ExportLayout } from './exportLayout.js'
import { SAM_EMBEDDING } from './metaDecoder.js'
import { feed, fits, handOver, inputNamed, numbersOf, single, takesExactly } from './signature.js'

/** Side of the square that MedficientSAM looks at, and of its masks. */
const SIDE = 512

/**
 * MedficientSAM (hieplpvip/medficientsam, `export_onnx.py`): the encoder takes interleaved RGB and, in the usual
 * export, resizes, spreads over 0 to 1 and fills up itself; the "cpp" export has a fixed 512 x 512 canvas and leaves
 * that to us. Boxes are in parts of the longest side.
 */
export const medficientsamLayout: ExportLayout = {
  id: 'medficientsam',
  name: 'MedficientSAM',
  recognise(networks) {
    const encoder = single(networks, isEncoder)
    const decoder = single(networks, isDecoder)
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    const image = inputNamed(encoder, 'image')
    const originalSize = inputNamed(encoder, 'original_size')
    const boxes = inputNamed(decoder, 'boxes')
    const embeddings = inputNamed(decoder, 'image_embeddings')
    if (image === undefined || boxes === undefined || embeddings === undefined) return null
    const [embedded] = encoder.outputs
    const [masks] = decoder.outputs
    const boxDims = boxes.dims.map((dim) => (typeof dim === 'number' ? dim : 1))
    const preprocessing = { normalisation: originalSize === undefined ? 'minMax' : 'inside', fit: 'pad' } as const
    return {
      encoder,
      ownPreprocessing: preprocessing,
      async encode(slice) {
        const letterbox = fitLetterbox(slice, SIDE, SIDE, preprocessing.fit)
        const [width, height] = originalSize === undefined ? [SIDE, SIDE] : [letterbox.width, letterbox.height]
        const rgb = interleaved(slice, letterbox, width, height, preprocessing.normalisation)
        const results = await encoder.run(
          {
            image: feed(image, rgb, [height, width, 3]),
            ...defined({ original_size: originalSize && feed(originalSize, [height, width], [2]) }),
          },
          [embedded.name],
        )
        return { tensors: { embedding: results[embedded.name] }, letterbox }
      },
      prompts: BOXES_ONLY,
      async decode({ tensors: { embedding }, letterbox }, prompt, region) {
        const { x0, y0, x1, y1 } = toLetterbox(boxOf(prompt), letterbox)
        const results = await decoder.run(
          {
            image_embeddings: handOver(embedding, embedded, embeddings),
            boxes: feed(
              boxes,
              [x0, y0, x1, y1].map((v) => v / SIDE),
              boxDims,
            ),
          },
          [masks.name],
        )
        const plane = { data: numbersOf(results, decoder, masks.name), offset: 0, width: SIDE, height: SIDE }
        return { region, data: enlarge(plane, SIDE, letterbox, region), iouPrediction: Number.NaN }
      },
    }
  },
}

function isEncoder(network: Network): boolean {
  const image = inputNamed(network, 'image')
  const size = inputNamed(network, 'original_size')
  if (image === undefined || network.outputs.length !== 1 || !fits(network.outputs[0], SAM_EMBEDDING)) return false
  const wholePreprocessing =
    takesExactly(network, ['image', 'original_size']) &&
    size !== undefined &&
    fits(size, [2]) &&
    fits(image, [null, null, 3])
  const cppExport =
    takesExactly(network, ['image']) &&
    image.type === 'float32' &&
    image.dims[0] === SIDE &&
    image.dims[1] === SIDE &&
    image.dims[2] === 3
  return wholePreprocessing || cppExport
}

function isDecoder(network: Network): boolean {
  const boxes = inputNamed(network, 'boxes')
  return (
    takesExactly(network, ['image_embeddings', 'boxes']) &&
    boxes?.type === 'float32' &&
    boxes.dims.at(-1) === 4 &&
    network.outputs.length >= 1 &&
    fits(network.outputs[0], [1, 1, SIDE, SIDE])
  )
}
