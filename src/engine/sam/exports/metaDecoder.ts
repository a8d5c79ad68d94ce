import type { Network, TensorInfo } from '../../runtime/network.js'
import { enlarge } from './letterbox.js'
import { cornersAndPoints, LABEL, maskPlane } from './promptTensors.js'
import type { PromptKinds } from '../prompts/prompt.js'
import type { ExportRunner } from './exportLayout.js'
import {
  feedTo,
  fits,
  handOver,
  inputNamed,
  isFloat,
  numbersOf,
  outputNamed,
  takesExactly,
  type WantedDims,
} from './signature.js'

/** Side of the square that SAM looks at. */
export const SAM_SIDE = 1024
/** What SAM's encoders return. */
export const SAM_EMBEDDING: WantedDims = [1, 256, 64, 64]
/** Side of the masks that SAM returns. */
const MASK_SIDE = 256
const PLANE = [1, 1, MASK_SIDE, MASK_SIDE] as const

const INPUTS: Readonly<Record<string, WantedDims>> = {
  image_embeddings: SAM_EMBEDDING,
  point_coords: [1, null, 2],
  point_labels: [1, null],
  mask_input: [1, 1, MASK_SIDE, MASK_SIDE],
  has_mask_input: [1],
  orig_im_size: [2],
}

/** Whether this is a decoder that Meta's `export_onnx_model.py` wrote. */
export function isMetaDecoder(network: Network): boolean {
  const masks = outputNamed(network, 'low_res_masks')
  const scores = outputNamed(network, 'iou_predictions')
  return (
    takesExactly(network, Object.keys(INPUTS)) &&
    Object.entries(INPUTS).every(([name, dims]) => {
      const info = inputNamed(network, name)
      return info !== undefined && isFloat(info) && fits(info, dims)
    }) &&
    masks !== undefined &&
    scores !== undefined &&
    fits(masks, [1, null, MASK_SIDE, MASK_SIDE]) &&
    fits(scores, [1, null])
  )
}

/** What prompts of such a decoder may hold. */
export const META_PROMPTS: PromptKinds = { points: true, masks: true }

/** Runs such a decoder on the tensor `embedding`, an encoder's output. */
export function metaDecoder(decoder: Network, encoded: TensorInfo): ExportRunner['decode'] {
  const noMask = feedTo(decoder, 'mask_input', new Float32Array(MASK_SIDE * MASK_SIDE), PLANE)
  // The decoder also enlarges its masks to this size; we enlarge the small ones ourselves, so let it be little work.
  const anySize = feedTo(decoder, 'orig_im_size', [64, 64], [2])
  const masks = outputNamed(decoder, 'iou_predictions')?.dims[1] === 4 ? 4 : 1

  return async ({ tensors: { embedding }, letterbox }, prompt, region) => {
    const { coords, labels } = cornersAndPoints(prompt, letterbox)
    // A decoder exported with one mask picks the best of three guesses unless it gets more points than a
    // box's two corners; with four masks there is nothing to pick and no need for a third point.
    if (masks === 1 && labels.length < 3) {
      coords.push(0, 0)
      labels.push(LABEL.padding)
    }
    const mask =
      prompt.mask === null
        ? noMask
        : feedTo(decoder, 'mask_input', maskPlane(prompt.mask, letterbox, SAM_SIDE, MASK_SIDE), PLANE)
    const results = await decoder.run(
      {
        image_embeddings: handOver(embedding, encoded, inputNamed(decoder, 'image_embeddings')),
        point_coords: feedTo(decoder, 'point_coords', coords, [1, labels.length, 2]),
        point_labels: feedTo(decoder, 'point_labels', labels, [1, labels.length]),
        mask_input: mask,
        has_mask_input: feedTo(decoder, 'has_mask_input', [prompt.mask === null ? 0 : 1], [1]),
        orig_im_size: anySize,
      },
      ['low_res_masks', 'iou_predictions'],
    )
    // Mask 0 is the one that answers an unambiguous prompt, such as a box.
    const plane = { data: numbersOf(results, decoder, 'low_res_masks'), offset: 0, width: MASK_SIDE, height: MASK_SIDE }
    return {
      region,
      data: enlarge(plane, SAM_SIDE, letterbox, region),
      iouPrediction: numbersOf(results, decoder, 'iou_predictions')[0],
    }
  }
}
