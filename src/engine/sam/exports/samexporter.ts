import type { Network } from '../../runtime/network.js'
import { fitLetterbox } from './letterbox.js'
import { interleaved } from './encoderInput.js'
import type { ExportLayout } from './exportLayout.js'
import { isMetaDecoder, META_PROMPTS, metaDecoder, SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
import { feed, fits, isFloat, single } from './signature.js'

/**
 * samexporter (vietanhdev/samexporter, `export_encoder.py --use-preprocess`): the encoder takes interleaved RGB of
 * 0 to 255, subtracts the mean and fills up the square itself, but does not resize; the decoder is Meta's.
 */
export const samexporterLayout: ExportLayout = {
  id: 'samexporter',
  name: 'samexporter encoder with built-in normalisation, Meta decoder',
  recognise(networks) {
    const encoder = single(networks, isEncoder)
    const decoder = single(networks, isMetaDecoder)
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    const [input] = encoder.inputs
    const [output] = encoder.outputs
    const [fixedHeight, fixedWidth] = input.dims.slice(0, 2).map((dim) => (typeof dim === 'number' ? dim : null))
    return {
      encoder,
      ownPreprocessing: PREPROCESSING,
      async encode(image) {
        const letterbox = fitLetterbox(image, fixedWidth ?? SAM_SIDE, fixedHeight ?? SAM_SIDE, PREPROCESSING.fit)
        const [width, height] = [fixedWidth ?? letterbox.width, fixedHeight ?? letterbox.height]
        const rgb = interleaved(image, letterbox, width, height, PREPROCESSING.normalisation)
        const { [output.name]: embedding } = await encoder.run({ [input.name]: feed(input, rgb, [height, width, 3]) }, [
          output.name,
        ])
        return { tensors: { embedding }, letterbox }
      },
      prompts: META_PROMPTS,
      decode: metaDecoder(decoder, output),
    }
  },
}

const PREPROCESSING = { normalisation: 'inside', fit: 'pad' } as const

function isEncoder({ inputs, outputs }: Network): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    (isFloat(inputs[0]) || inputs[0].type === 'uint8') &&
    isFloat(outputs[0]) &&
    fits(inputs[0], [null, null, 3]) &&
    inputs[0].dims.slice(0, 2).every((dim) => typeof dim === 'string' || (dim > 0 && dim <= SAM_SIDE)) &&
    fits(outputs[0], SAM_EMBEDDING)
  )
}
