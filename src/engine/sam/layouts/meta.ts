import { float32Data, type Network, type TensorInfo } from '../../runtime/network.js'
import type { Picture, PixelBox, PixelRegion } from '../picture.js'
import { axisWeights, resamplePlane } from '../resample.js'
import type { Frame, LayoutRunner, SegmenterLayout } from './layout.js'

/** Side of the square that SAM looks at. */
const INPUT_SIDE = 1024
/** Side of the masks that SAM returns. */
const MASK_SIDE = 256
/** SAM's normalisation of 0..255 RGB. */
const MEAN = [123.675, 116.28, 103.53] as const
const STD = [58.395, 57.12, 57.375] as const

/** Labels of prompt points: https://github.com/facebookresearch/segment-anything, scripts/export_onnx_model.py. */
const LABEL = { padding: -1, boxStart: 2, boxEnd: 3 } as const

/**
 * Meta's decoder (`export_onnx_model.py`) behind any encoder that takes one [1,3,1024,1024] picture and
 * returns one [1,256,64,64] embedding, whatever their names: SAM, MobileSAM, SlimSAM, MedSAM.
 */
export const metaLayout: SegmenterLayout = {
  id: 'meta',
  name: 'Meta SAM encoder and decoder',
  recognise(networks) {
    if (networks.length !== 2) return null
    const encoder = networks.find(isEncoder)
    const decoder = networks.find(isDecoder)
    return encoder === undefined || decoder === undefined ? null : createRunner(encoder, decoder)
  },
}

function isEncoder({ inputs, outputs }: Network): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    inputs[0].type === 'float32' &&
    outputs[0].type === 'float32' &&
    fits(inputs[0], [1, 3, INPUT_SIDE, INPUT_SIDE]) &&
    fits(outputs[0], [1, 256, 64, 64])
  )
}

const DECODER_INPUTS: readonly { readonly name: string; readonly dims: readonly (number | null)[] }[] = [
  { name: 'image_embeddings', dims: [1, 256, 64, 64] },
  { name: 'point_coords', dims: [1, null, 2] },
  { name: 'point_labels', dims: [1, null] },
  { name: 'mask_input', dims: [1, 1, MASK_SIDE, MASK_SIDE] },
  { name: 'has_mask_input', dims: [1] },
  { name: 'orig_im_size', dims: [2] },
]

function isDecoder({ inputs, outputs }: Network): boolean {
  const input = new Map(inputs.map((info) => [info.name, info]))
  const output = new Map(outputs.map((info) => [info.name, info]))
  const masks = output.get('low_res_masks')
  const scores = output.get('iou_predictions')
  return (
    inputs.length === DECODER_INPUTS.length &&
    DECODER_INPUTS.every(({ name, dims }) => {
      const info = input.get(name)
      return info?.type === 'float32' && fits(info, dims)
    }) &&
    masks !== undefined &&
    scores !== undefined &&
    fits(masks, [1, null, MASK_SIDE, MASK_SIDE]) &&
    fits(scores, [1, null])
  )
}

/** Whether the dimensions can be these; a free dimension of the network fits any number, null any dimension. */
function fits({ dims }: TensorInfo, wanted: readonly (number | null)[]): boolean {
  return dims.length === wanted.length && dims.every((dim, i) => wanted[i] === null || typeof dim === 'string' || dim === wanted[i])
}

function createRunner(encoder: Network, decoder: Network): LayoutRunner {
  const inputName = encoder.inputs[0].name
  const outputName = encoder.outputs[0].name
  const input = new Float32Array(3 * INPUT_SIDE * INPUT_SIDE)
  const noMask = { data: new Float32Array(MASK_SIDE * MASK_SIDE), dims: [1, 1, MASK_SIDE, MASK_SIDE] }
  const noMaskFlag = { data: new Float32Array(1), dims: [1] }
  // The decoder also enlarges its masks to this size; we enlarge the small ones ourselves, so let it be little work.
  const anySize = { data: Float32Array.of(64, 64), dims: [2] }
  // A decoder exported with one mask picks the best of three guesses unless it gets more points than a
  // box's two corners; with four masks there is nothing to pick and no need for a third point.
  const masks = decoder.outputs.find(({ name }) => name === 'iou_predictions')?.dims[1]
  const paddingPoints = masks === 4 ? 0 : 1

  return {
    encoder,
    async encode(picture) {
      const frame = fitFrame(picture)
      fillInput(input, picture, frame)
      const { [outputName]: embedding } = await encoder.run({ [inputName]: { data: input, dims: [1, 3, INPUT_SIDE, INPUT_SIDE] } }, [outputName])
      return { tensors: { embedding }, frame }
    },
    async decode({ tensors: { embedding }, frame }, box, region) {
      const corners = toFrame(box, frame)
      const coords = [corners.x0, corners.y0, corners.x1, corners.y1]
      const labels: number[] = [LABEL.boxStart, LABEL.boxEnd]
      for (let i = 0; i < paddingPoints; i++) {
        coords.push(0, 0)
        labels.push(LABEL.padding)
      }
      const results = await decoder.run(
        {
          image_embeddings: embedding,
          point_coords: { data: Float32Array.from(coords), dims: [1, labels.length, 2] },
          point_labels: { data: Float32Array.from(labels), dims: [1, labels.length] },
          mask_input: noMask,
          has_mask_input: noMaskFlag,
          orig_im_size: anySize,
        },
        ['low_res_masks', 'iou_predictions'],
      )
      // Mask 0 is the one that answers an unambiguous prompt, such as a box.
      const iouPrediction = float32Data(results.iou_predictions)[0]
      return { region, data: enlarge(float32Data(results.low_res_masks), frame, region), iouPrediction }
    },
  }
}

/** Longest side in mm to 1024 pixels, so that a pixel of the square is as wide as it is high. */
function fitFrame({ width, height, pixelMm: [columnMm, rowMm] }: Picture): Frame {
  const perMm = INPUT_SIDE / Math.max(width * columnMm, height * rowMm)
  const frameWidth = Math.max(1, Math.floor(width * columnMm * perMm + 0.5))
  const frameHeight = Math.max(1, Math.floor(height * rowMm * perMm + 0.5))
  return { width: frameWidth, height: frameHeight, scaleX: frameWidth / width, scaleY: frameHeight / height }
}

function fillInput(input: Float32Array, { data, width, height }: Picture, frame: Frame): void {
  const resized = resamplePlane(data, width, axisWeights(width, frame.width, 1 / frame.scaleX), axisWeights(height, frame.height, 1 / frame.scaleY))
  // What the picture does not cover is 0 after normalising, as SAM was trained.
  input.fill(0)
  const plane = INPUT_SIDE * INPUT_SIDE
  for (let channel = 0; channel < 3; channel++) {
    const scale = 1 / STD[channel]
    const shift = -MEAN[channel] / STD[channel]
    for (let y = 0; y < frame.height; y++) {
      const target = channel * plane + y * INPUT_SIDE
      const source = y * frame.width
      for (let x = 0; x < frame.width; x++) input[target + x] = resized[source + x] * scale + shift
    }
  }
}

/** Corners in pixels of the square. SAM means the pixels under the corners, so the far edge is one pixel less. */
function toFrame(box: PixelBox, { scaleX, scaleY }: Frame): PixelBox {
  const x0 = box.x0 * scaleX
  const y0 = box.y0 * scaleY
  return { x0, y0, x1: Math.max(x0, box.x1 * scaleX - 1), y1: Math.max(y0, box.y1 * scaleY - 1) }
}

/** Brings the part of a small mask that shows the picture to the picture's pixels. */
function enlarge(mask: Float32Array, frame: Frame, region: PixelRegion): Float32Array {
  const perMaskPixel = INPUT_SIDE / MASK_SIDE
  const stepX = frame.scaleX / perMaskPixel
  const stepY = frame.scaleY / perMaskPixel
  const x = axisWeights(Math.ceil(frame.width / perMaskPixel), region.x1 - region.x0, stepX, region.x0 * stepX)
  const y = axisWeights(Math.ceil(frame.height / perMaskPixel), region.y1 - region.y0, stepY, region.y0 * stepY)
  return resamplePlane(mask, MASK_SIDE, x, y)
}
