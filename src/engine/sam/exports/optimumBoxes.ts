import type { NetworkTensor } from '../../runtime/network.js'
import { enlarge, toLetterbox } from './letterbox.js'
import { boxOf } from '../prompts/prompt.js'
import type { ExportLayout } from './exportLayout.js'
import { SAM_SIDE } from './metaDecoder.js'
import { isPromptDecoder, isVisionEncoder, OPTIMUM_MASK_SIDE } from './optimum.js'
import { LABEL, labelledPoints, type LabelledPoints } from './promptTensors.js'
import { planarEncoder } from './planarEncoder.js'
import { feed, handOver, indexOfLargest, inputNamed, numbersOf, outputNamed, single } from './signature.js'

/**
 * The SAM export of transformers.js with boxes, such as the revisions `boxes` and `points-and-boxes` of
 * Xenova/slimsam-77-uniform: `input_boxes` [B,NB,4] in pixels of the square, three masks of which the best is taken.
 */
export const optimumBoxesLayout: ExportLayout = {
  id: 'optimum-boxes',
  name: 'Hugging Face SAM export with boxes',
  recognise(networks, { preprocessing }) {
    const encoder = single(networks, isVisionEncoder)
    const decoder = single(networks, (network) => isPromptDecoder(network, true))
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    const boxesInfo = inputNamed(decoder, 'input_boxes')
    const pointsInfo = inputNamed(decoder, 'input_points')
    const labelsInfo = inputNamed(decoder, 'input_labels')
    if (boxesInfo === undefined) return null
    const takesPoints = pointsInfo !== undefined && labelsInfo !== undefined
    const pointFeeds = ({ coords, labels }: LabelledPoints): Record<string, NetworkTensor> => {
      if (!takesPoints) return {}
      // An export that wants points too gets one that says that there is none.
      const [feedCoords, feedLabels] = labels.length === 0 ? [[0, 0], [LABEL.padding]] : [coords, labels]
      return {
        input_points: feed(pointsInfo, feedCoords, [1, 1, feedLabels.length, 2]),
        input_labels: feed(labelsInfo, feedLabels, [1, 1, feedLabels.length]),
      }
    }
    return {
      encoder,
      ownPreprocessing: null,
      encode: planarEncoder(encoder, SAM_SIDE, preprocessing ?? { normalisation: 'sam', fit: 'pad' }, {
        image_embeddings: 'embedding',
        image_positional_embeddings: 'position',
      }),
      prompts: { points: takesPoints, masks: false },
      async decode({ tensors: { embedding, position }, letterbox }, prompt, region) {
        const { x0, y0, x1, y1 } = toLetterbox(boxOf(prompt), letterbox)
        const results = await decoder.run(
          {
            image_embeddings: handOver(
              embedding,
              outputNamed(encoder, 'image_embeddings'),
              inputNamed(decoder, 'image_embeddings'),
            ),
            image_positional_embeddings: handOver(
              position,
              outputNamed(encoder, 'image_positional_embeddings'),
              inputNamed(decoder, 'image_positional_embeddings'),
            ),
            input_boxes: feed(boxesInfo, [x0, y0, x1, y1], [1, 1, 4]),
            ...pointFeeds(labelledPoints(prompt, letterbox)),
          },
          ['pred_masks', 'iou_scores'],
        )
        const scores = numbersOf(results, decoder, 'iou_scores')
        const best = indexOfLargest(scores)
        const plane = {
          data: numbersOf(results, decoder, 'pred_masks'),
          offset: best * OPTIMUM_MASK_SIDE * OPTIMUM_MASK_SIDE,
          width: OPTIMUM_MASK_SIDE,
          height: OPTIMUM_MASK_SIDE,
        }
        return { region, data: enlarge(plane, SAM_SIDE, letterbox, region), iouPrediction: scores[best] }
      },
    }
  },
}
