import { defined } from '../../../shared/defined.js'
import type { Network } from '../../runtime/network.js'
import { enlarge } from './letterbox.js'
import { cornersAndPoints, maskPlane } from './promptTensors.js'
import type { ExportLayout } from './exportLayout.js'
import { SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
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
  type WantedDims,
} from './signature.js'

/** Side of the masks. */
const MASK_SIDE = 256
const PLANE = [1, 1, MASK_SIDE, MASK_SIDE] as const

/** What the encoder hands to the decoder, by the decoder's names. */
const FEATURES: Readonly<Record<string, WantedDims>> = {
  high_res_feats_0: [1, 32, 256, 256],
  high_res_feats_1: [1, 64, 128, 128],
  image_embed: SAM_EMBEDDING,
}
const PROMPTS = ['point_coords', 'point_labels', 'mask_input', 'has_mask_input'] as const

/**
 * SAM 2 and 2.1 as samexporter, ibaiGorordo and shubham0204 export them (`export_sam2.py`): a slice image stretched to
 * 1024 x 1024, box corners as points with labels 2 and 3, several small masks of which the best is taken.
 */
export const sam2Layout: ExportLayout = {
  id: 'sam2',
  name: 'SAM 2 encoder and decoder',
  recognise(networks) {
    const encoder = single(networks, (network) => encoderOutputs(network) !== null)
    const decoder = single(networks, isDecoder)
    const outputs = encoder === null ? null : encoderOutputs(encoder)
    if (networks.length !== 2 || encoder === null || outputs === null || decoder === null) return null
    // Older exports enlarge their masks to this size; as large as they are is enough.
    const maskSize =
      inputNamed(decoder, 'orig_im_size') === undefined
        ? undefined
        : feedTo(decoder, 'orig_im_size', [MASK_SIDE, MASK_SIDE], [2])
    const noMask = feedTo(decoder, 'mask_input', new Float32Array(MASK_SIDE * MASK_SIDE), PLANE)
    return {
      encoder,
      ownPreprocessing: PREPROCESSING,
      encode: planarEncoder(encoder, SAM_SIDE, PREPROCESSING, outputs),
      prompts: { points: true, masks: true },
      async decode({ tensors, letterbox }, prompt, region) {
        const { coords, labels } = cornersAndPoints(prompt, letterbox)
        const results = await decoder.run(
          {
            ...Object.fromEntries(
              Object.entries(outputs).map(([output, feature]) => [
                feature,
                handOver(tensors[feature], outputNamed(encoder, output), inputNamed(decoder, feature)),
              ]),
            ),
            point_coords: feedTo(decoder, 'point_coords', coords, [1, labels.length, 2]),
            point_labels: feedTo(decoder, 'point_labels', labels, [1, labels.length]),
            mask_input:
              prompt.mask === null
                ? noMask
                : feedTo(decoder, 'mask_input', maskPlane(prompt.mask, letterbox, SAM_SIDE, MASK_SIDE), PLANE),
            has_mask_input: feedTo(decoder, 'has_mask_input', [prompt.mask === null ? 0 : 1], [1]),
            ...defined({ orig_im_size: maskSize }),
          },
          ['masks', 'iou_predictions'],
        )
        const scores = numbersOf(results, decoder, 'iou_predictions')
        const best = indexOfLargest(scores)
        const [height, width] = results.masks.dims.slice(-2)
        const plane = { data: numbersOf(results, decoder, 'masks'), offset: best * width * height, width, height }
        return { region, data: enlarge(plane, SAM_SIDE, letterbox, region), iouPrediction: scores[best] }
      },
    }
  },
}

const PREPROCESSING = { normalisation: 'sam', fit: 'stretch' } as const

/** The encoder's outputs by what they are to the decoder: by name, or by size where names differ. */
function encoderOutputs({ inputs, outputs }: Network): Readonly<Record<string, string>> | null {
  if (
    inputs.length !== 1 ||
    !isFloat(inputs[0]) ||
    !fits(inputs[0], [1, 3, SAM_SIDE, SAM_SIDE]) ||
    outputs.length !== 3
  )
    return null
  const bound = Object.entries(FEATURES).flatMap(([feature, dims]): [string, string][] => {
    const output =
      outputs.find(({ name }) => name === feature) ??
      outputs.find((info) => info.dims[1] === dims[1] && fits(info, dims))
    return output !== undefined && fits(output, dims) ? [[output.name, feature]] : []
  })
  return new Set(bound.map(([name]) => name)).size !== 3 ? null : Object.fromEntries<string>(bound)
}

function isDecoder(network: Network): boolean {
  const wanted = [...Object.keys(FEATURES), ...PROMPTS]
  const coords = inputNamed(network, 'point_coords')
  return (
    (takesExactly(network, wanted) || takesExactly(network, [...wanted, 'orig_im_size'])) &&
    coords !== undefined &&
    fits(coords, [1, null, 2]) &&
    Object.entries(FEATURES).every(([name, dims]) => {
      const info = inputNamed(network, name)
      return info !== undefined && isFloat(info) && fits(info, dims)
    }) &&
    outputNamed(network, 'masks') !== undefined &&
    outputNamed(network, 'iou_predictions') !== undefined
  )
}
