import { defined } from '../../../shared/defined.js'
import type { Network, NetworkTensor } from '../../runtime/network.js'
import { enlarge, toLetterbox } from './letterbox.js'
import { BOXES_ONLY, boxOf } from '../prompts/prompt.js'
import type { ExportRefusal, ExportRunner, ExportLayout } from './exportLayout.js'
import { planarEncoder } from './planarEncoder.js'
import { SAM_EMBEDDING } from './metaDecoder.js'
import {
  feedTo,
  fits,
  handOver,
  inputNamed,
  isFloat,
  numbersOf,
  outputNamed,
  single,
  takesExactly,
  type WantedDims,
} from './signature.js'

/** Side of the square that LiteMedSAM looks at, and of its masks. */
const SIDE = 256
const MASKS: WantedDims = [1, 1, SIDE, SIDE]

/**
 * LiteMedSAM (bowang-lab/MedSAM, branch LiteMedSAM) as three files, the way DAFT exports it
 * (automl/CVPR24-MedSAM-on-Laptop `export_onnx.py`), or as an encoder and a decoder that takes boxes: a 256-pixel
 * square, slice images spread over 0 to 1, boxes in its pixels. The three files come with `positional_encoding.npy`.
 */
export const litemedsamLayout: ExportLayout = {
  id: 'litemedsam',
  name: 'LiteMedSAM',
  recognise(networks, { constants }) {
    const encoder = single(networks, isEncoder)
    if (encoder === null) return null
    const boxDecoder = single(networks, isBoxDecoder)
    if (networks.length === 2 && boxDecoder !== null) return twoFiles(encoder, boxDecoder)
    const promptEncoder = single(networks, isPromptEncoder)
    const maskDecoder = single(networks, isMaskDecoder)
    if (networks.length !== 3 || promptEncoder === null || maskDecoder === null) return null
    return threeFiles(encoder, promptEncoder, maskDecoder, constants)
  },
}

const PREPROCESSING = { normalisation: 'minMax', fit: 'pad' } as const

/** Runs prompt encoder and decoder: embedding and box in pixels of the square in, mask logits and score out. */
type Decode = (
  embedding: NetworkTensor,
  box: readonly number[],
) => Promise<{ readonly mask: Float32Array; readonly score: number }>

function isEncoder({ inputs, outputs }: Network): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    isFloat(inputs[0]) &&
    inputs[0].dims[2] === SIDE &&
    fits(inputs[0], [1, 3, SIDE, SIDE]) &&
    fits(outputs[0], SAM_EMBEDDING)
  )
}

function isBoxDecoder(network: Network): boolean {
  return (
    takesExactly(network, ['image_embeddings', 'boxes']) &&
    inputNamed(network, 'boxes')?.dims.at(-1) === 4 &&
    network.outputs.some((output) => fits(output, MASKS))
  )
}

function isPromptEncoder(network: Network): boolean {
  return (
    takesExactly(network, ['boxes']) &&
    network.inputs[0].dims.at(-1) === 4 &&
    outputNamed(network, 'sparse_embeddings') !== undefined &&
    outputNamed(network, 'dense_embeddings') !== undefined
  )
}

function isMaskDecoder(network: Network): boolean {
  const withPosition = ['image_embeddings', 'image_pe', 'sparse_prompt_embeddings', 'dense_prompt_embeddings']
  const masks = outputNamed(network, 'low_res_masks')
  return (
    (takesExactly(network, withPosition) ||
      takesExactly(
        network,
        withPosition.filter((name) => name !== 'image_pe'),
      )) &&
    masks !== undefined &&
    fits(masks, MASKS)
  )
}

function runner(encoder: Network, decodeBox: Decode): ExportRunner {
  return {
    encoder,
    ownPreprocessing: PREPROCESSING,
    encode: planarEncoder(encoder, SIDE, PREPROCESSING, { [encoder.outputs[0].name]: 'embedding' }),
    prompts: BOXES_ONLY,
    async decode({ tensors: { embedding }, letterbox }, prompt, region) {
      const { x0, y0, x1, y1 } = toLetterbox(boxOf(prompt), letterbox)
      const { mask, score } = await decodeBox(embedding, [x0, y0, x1, y1])
      const plane = { data: mask, offset: 0, width: SIDE, height: SIDE }
      return { region, data: enlarge(plane, SIDE, letterbox, region), iouPrediction: score }
    },
  }
}

function boxTensor(network: Network, box: readonly number[]): NetworkTensor {
  const dims = inputNamed(network, 'boxes')?.dims ?? []
  return feedTo(
    network,
    'boxes',
    box,
    dims.map((dim) => (typeof dim === 'number' ? dim : 1)),
  )
}

/** The mask and its score among what a decoder returned; not a number where it gives no score. */
function answerOf(
  decoder: Network,
  masks: string,
  results: Readonly<Record<string, NetworkTensor>>,
): Awaited<ReturnType<Decode>> {
  const scored = outputNamed(decoder, 'iou_predictions') !== undefined
  return {
    mask: numbersOf(results, decoder, masks),
    score: scored ? numbersOf(results, decoder, 'iou_predictions')[0] : Number.NaN,
  }
}

function twoFiles(encoder: Network, decoder: Network): ExportRunner {
  const masks = decoder.outputs.find((output) => fits(output, MASKS))?.name ?? ''
  return runner(encoder, async (embedding, box) =>
    answerOf(
      decoder,
      masks,
      await decoder.run({
        image_embeddings: handOver(embedding, encoder.outputs[0], inputNamed(decoder, 'image_embeddings')),
        boxes: boxTensor(decoder, box),
      }),
    ),
  )
}

function threeFiles(
  encoder: Network,
  promptEncoder: Network,
  decoder: Network,
  constants: readonly NetworkTensor[],
): ExportRunner | ExportRefusal {
  const position = constants.find(
    ({ dims }) => dims.length === SAM_EMBEDDING.length && dims.every((dim, i) => dim === SAM_EMBEDDING[i]),
  )
  const wantsPosition = inputNamed(decoder, 'image_pe') !== undefined
  if (wantsPosition && position === undefined) {
    return {
      refusal:
        'needs the file positional_encoding.npy that its export wrote beside the networks; name it together with them',
    }
  }
  const positionTensor =
    !wantsPosition || position === undefined
      ? undefined
      : feedTo(decoder, 'image_pe', Float32Array.from(position.data, Number), position.dims)
  return runner(encoder, async (embedding, box) => {
    const prompt = await promptEncoder.run({ boxes: boxTensor(promptEncoder, box) }, [
      'sparse_embeddings',
      'dense_embeddings',
    ])
    const results = await decoder.run({
      image_embeddings: handOver(embedding, encoder.outputs[0], inputNamed(decoder, 'image_embeddings')),
      ...defined({ image_pe: positionTensor }),
      sparse_prompt_embeddings: handOver(
        prompt.sparse_embeddings,
        outputNamed(promptEncoder, 'sparse_embeddings'),
        inputNamed(decoder, 'sparse_prompt_embeddings'),
      ),
      dense_prompt_embeddings: handOver(
        prompt.dense_embeddings,
        outputNamed(promptEncoder, 'dense_embeddings'),
        inputNamed(decoder, 'dense_prompt_embeddings'),
      ),
    })
    return answerOf(decoder, 'low_res_masks', results)
  })
}
