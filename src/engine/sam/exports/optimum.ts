import type { Network } from '../../runtime/network.js'
import { SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
import { fits, inputNamed, isFloat, outputNamed } from './signature.js'

/** Side of the masks. */
export const OPTIMUM_MASK_SIDE = 256

/** Whether this is the `vision_encoder.onnx` of a SAM that Hugging Face Optimum exported (SamOnnxConfig). */
export function isVisionEncoder(network: Network): boolean {
  const embedding = outputNamed(network, 'image_embeddings')
  const position = outputNamed(network, 'image_positional_embeddings')
  return (
    network.inputs.length === 1 &&
    isFloat(network.inputs[0]) &&
    fits(network.inputs[0], [1, 3, SAM_SIDE, SAM_SIDE]) &&
    embedding !== undefined &&
    position !== undefined &&
    fits(embedding, SAM_EMBEDDING) &&
    fits(position, SAM_EMBEDDING)
  )
}

/** Whether this is a `prompt_encoder_mask_decoder.onnx`; `boxes` says whether it takes boxes. */
export function isPromptDecoder(network: Network, boxes: boolean): boolean {
  const points = inputNamed(network, 'input_points')
  const labels = inputNamed(network, 'input_labels')
  const box = inputNamed(network, 'input_boxes')
  const masks = outputNamed(network, 'pred_masks')
  return (
    inputNamed(network, 'image_embeddings') !== undefined &&
    inputNamed(network, 'image_positional_embeddings') !== undefined &&
    (boxes ? box !== undefined && fits(box, [null, null, 4]) : box === undefined && points !== undefined) &&
    (points === undefined) === (labels === undefined) &&
    (points === undefined || fits(points, [null, null, null, 2])) &&
    (labels === undefined || fits(labels, [null, null, null])) &&
    network.inputs.length === 2 + (boxes ? 1 : 0) + (points === undefined ? 0 : 2) &&
    masks !== undefined &&
    masks.dims.length === 5 &&
    outputNamed(network, 'iou_scores') !== undefined
  )
}
