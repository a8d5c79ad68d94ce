import type { Network, NetworkTensor } from '../../runtime/network.js'
import type { SliceImage, PixelRegion } from '../slices/sliceImage.js'
import type { Prompt, PromptKinds } from '../prompts/prompt.js'
import { enlarge, fitLetterbox, type Letterbox } from './letterbox.js'
import { fillPlanes } from './encoderInput.js'
import type { ExportRefusal, ExportRunner, MaskLogits, ExportLayout } from './exportLayout.js'
import { SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
import { cornersAndPoints, LABEL } from './promptTensors.js'
import { planarEncoder } from './planarEncoder.js'
import {
  feedTo,
  fits,
  handOver,
  indexOfLargest,
  inputNamed,
  isFloat,
  numbersOf,
  outputNamed,
  single,
  takesExactly,
} from './signature.js'

/** The decoder's prompts and masks are asked for in a square of this side: as fine as the masks really are. */
const PROMPT_SIDE = 256

/**
 * EfficientSAM (yformer/EfficientSAM `onnx_models.py`): slice images of 0 to 1 that the graph stretches to 1024 x 1024
 * and normalises, box corners as points with labels 2 and 3, three masks of which the best is taken. One file or two;
 * the one file encodes the slice image anew for every box.
 */
export const efficientsamLayout: ExportLayout = {
  id: 'efficientsam',
  name: 'EfficientSAM',
  recognise(networks) {
    if (networks.length === 1 && isWhole(networks[0])) return cornersFit(networks[0]) ?? wholeRunner(networks[0])
    const encoder = single(networks, isEncoder)
    const decoder = single(networks, isDecoder)
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    return cornersFit(decoder) ?? splitRunner(encoder, decoder)
  },
}

const PREPROCESSING = { normalisation: 'unit', fit: 'stretch' } as const

function isEncoder(network: Network): boolean {
  return (
    takesExactly(network, ['batched_images']) &&
    isFloat(network.inputs[0]) &&
    fits(network.inputs[0], [1, 3, SAM_SIDE, SAM_SIDE]) &&
    network.outputs.length === 1 &&
    fits(network.outputs[0], SAM_EMBEDDING)
  )
}

function isDecoder(network: Network): boolean {
  const size = inputNamed(network, 'orig_im_size')
  return (
    takesExactly(network, ['image_embeddings', 'batched_point_coords', 'batched_point_labels', 'orig_im_size']) &&
    size !== undefined &&
    fits(size, [2]) &&
    answers(network)
  )
}

function isWhole(network: Network): boolean {
  return takesExactly(network, ['batched_images', 'batched_point_coords', 'batched_point_labels']) && answers(network)
}

function answers(network: Network): boolean {
  const coords = inputNamed(network, 'batched_point_coords')
  return (
    coords !== undefined &&
    fits(coords, [1, null, null, 2]) &&
    outputNamed(network, 'output_masks') !== undefined &&
    outputNamed(network, 'iou_predictions') !== undefined
  )
}

/** Points of a prompt, as many as the graph wants. */
function pointCount(network: Network): number {
  const dim = inputNamed(network, 'batched_point_coords')?.dims[2]
  return typeof dim === 'number' ? dim : 2
}

function cornersFit(network: Network): ExportRefusal | null {
  return pointCount(network) >= 2
    ? null
    : {
        refusal:
          'was exported for one point per prompt, so the two corners of a box do not fit; export it again with a free number of points',
      }
}

/** Points fit only where the graph was exported for any number of them. */
function promptKinds(network: Network): PromptKinds {
  return { points: typeof inputNamed(network, 'batched_point_coords')?.dims[2] !== 'number', masks: false }
}

function feedsOf(
  network: Network,
  prompt: Prompt,
  letterbox: Letterbox,
  perPixel: number,
): Record<string, NetworkTensor> {
  const { coords, labels } = cornersAndPoints(prompt, letterbox)
  const padding = Math.max(0, pointCount(network) - labels.length)
  const allLabels = [...labels, ...Array.from({ length: padding }, () => LABEL.padding)]
  const allCoords = [...coords.map((v) => v * perPixel), ...Array.from({ length: 2 * padding }, () => 0)]
  return {
    batched_point_coords: feedTo(network, 'batched_point_coords', allCoords, [1, 1, allLabels.length, 2]),
    batched_point_labels: feedTo(network, 'batched_point_labels', allLabels, [1, 1, allLabels.length]),
  }
}

function bestMask(
  network: Network,
  results: Awaited<ReturnType<Network['run']>>,
  side: number,
  letterbox: Letterbox,
  region: PixelRegion,
): MaskLogits {
  const scores = numbersOf(results, network, 'iou_predictions')
  const best = indexOfLargest(scores)
  const plane = {
    data: numbersOf(results, network, 'output_masks'),
    offset: best * side * side,
    width: side,
    height: side,
  }
  return { region, data: enlarge(plane, SAM_SIDE, letterbox, region), iouPrediction: scores[best] }
}

function splitRunner(encoder: Network, decoder: Network): ExportRunner {
  return {
    encoder,
    ownPreprocessing: PREPROCESSING,
    prompts: promptKinds(decoder),
    encode: planarEncoder(encoder, SAM_SIDE, PREPROCESSING, { [encoder.outputs[0].name]: 'embedding' }),
    async decode({ tensors: { embedding }, letterbox }, prompt, region) {
      const results = await decoder.run(
        {
          image_embeddings: handOver(embedding, encoder.outputs[0], inputNamed(decoder, 'image_embeddings')),
          ...feedsOf(decoder, prompt, letterbox, PROMPT_SIDE / SAM_SIDE),
          orig_im_size: feedTo(decoder, 'orig_im_size', [PROMPT_SIDE, PROMPT_SIDE], [2]),
        },
        ['output_masks', 'iou_predictions'],
      )
      return bestMask(decoder, results, PROMPT_SIDE, letterbox, region)
    },
  }
}

function wholeRunner(network: Network): ExportRunner {
  return {
    encoder: network,
    ownPreprocessing: PREPROCESSING,
    prompts: promptKinds(network),
    encode(image: SliceImage) {
      const letterbox = fitLetterbox(image, SAM_SIDE, SAM_SIDE, PREPROCESSING.fit)
      const data = new Float32Array(3 * SAM_SIDE * SAM_SIDE)
      fillPlanes(data, SAM_SIDE, image, letterbox, PREPROCESSING.normalisation)
      return Promise.resolve({
        tensors: { image: feedTo(network, 'batched_images', data, [1, 3, SAM_SIDE, SAM_SIDE]) },
        letterbox,
      })
    },
    async decode({ tensors, letterbox }, prompt, region) {
      const results = await network.run({ batched_images: tensors.image, ...feedsOf(network, prompt, letterbox, 1) }, [
        'output_masks',
        'iou_predictions',
      ])
      return bestMask(network, results, SAM_SIDE, letterbox, region)
    },
  }
}
