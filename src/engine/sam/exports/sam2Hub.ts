import type { Network } from '../../runtime/network.js'
import { enlarge } from './letterbox.js'
import type { ExportLayout } from './exportLayout.js'
import { cornersOf, labelledPoints } from './promptTensors.js'
import { SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
import { planarEncoder } from './planarEncoder.js'
import {
  feed,
  fits,
  handOver,
  indexOfLargest,
  inputNamed,
  isFloat,
  numbersOf,
  outputNamed,
  single,
  takesExactly,
  type WantedDims,
} from './signature.js'

/** Side of the masks. */
const MASK_SIDE = 256

/** What the encoder hands to the decoder, under the same names. */
const FEATURES: Readonly<Record<string, WantedDims>> = {
  'image_embeddings.0': [1, 32, 256, 256],
  'image_embeddings.1': [1, 64, 128, 128],
  'image_embeddings.2': SAM_EMBEDDING,
}

/**
 * SAM 2 and 2.1 as transformers.js runs them (onnx-community exports): a slice image stretched to 1024 x 1024, boxes
 * in its pixels beside points, of which there may be none; three masks of which the best is taken.
 */
export const sam2HubLayout: ExportLayout = {
  id: 'sam2-hub',
  name: 'Hugging Face SAM 2 export',
  recognise(networks) {
    const encoder = single(networks, isEncoder)
    const decoder = single(networks, isDecoder)
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    const pointsInfo = inputNamed(decoder, 'input_points')
    const labelsInfo = inputNamed(decoder, 'input_labels')
    const boxesInfo = inputNamed(decoder, 'input_boxes')
    if (pointsInfo === undefined || labelsInfo === undefined || boxesInfo === undefined) return null
    const names = Object.keys(FEATURES)
    return {
      encoder,
      ownPreprocessing: PREPROCESSING,
      encode: planarEncoder(encoder, SAM_SIDE, PREPROCESSING, Object.fromEntries(names.map((name) => [name, name]))),
      prompts: { points: true, masks: false },
      async decode({ tensors, letterbox }, prompt, region) {
        const { coords, labels } = labelledPoints(prompt, letterbox)
        const corners = cornersOf(prompt, letterbox)
        const results = await decoder.run(
          {
            ...Object.fromEntries(
              names.map((name) => [
                name,
                handOver(tensors[name], outputNamed(encoder, name), inputNamed(decoder, name)),
              ]),
            ),
            input_points: feed(pointsInfo, coords, [1, 1, labels.length, 2]),
            input_labels: feed(labelsInfo, labels, [1, 1, labels.length]),
            input_boxes: feed(boxesInfo, corners, [1, corners.length / 4, 4]),
          },
          ['pred_masks', 'iou_scores'],
        )
        const scores = numbersOf(results, decoder, 'iou_scores')
        const best = indexOfLargest(scores)
        const plane = {
          data: numbersOf(results, decoder, 'pred_masks'),
          offset: best * MASK_SIDE * MASK_SIDE,
          width: MASK_SIDE,
          height: MASK_SIDE,
        }
        return { region, data: enlarge(plane, SAM_SIDE, letterbox, region), iouPrediction: scores[best] }
      },
    }
  },
}

const PREPROCESSING = { normalisation: 'sam', fit: 'stretch' } as const

function isEncoder(network: Network): boolean {
  return (
    takesExactly(network, ['pixel_values']) &&
    isFloat(network.inputs[0]) &&
    fits(network.inputs[0], [1, 3, SAM_SIDE, SAM_SIDE]) &&
    Object.entries(FEATURES).every(([name, dims]) => {
      const info = outputNamed(network, name)
      return info !== undefined && fits(info, dims)
    })
  )
}

function isDecoder(network: Network): boolean {
  const boxes = inputNamed(network, 'input_boxes')
  const masks = outputNamed(network, 'pred_masks')
  return (
    takesExactly(network, [...Object.keys(FEATURES), 'input_points', 'input_labels', 'input_boxes']) &&
    boxes !== undefined &&
    fits(boxes, [1, null, 4]) &&
    masks !== undefined &&
    fits(masks, [1, null, null, MASK_SIDE, MASK_SIDE]) &&
    outputNamed(network, 'iou_scores') !== undefined
  )
}
