import type { Network } from '../../runtime/network.js'
import type { ExportLayout } from './exportLayout.js'
import { isMetaDecoder, META_PROMPTS, metaDecoder, SAM_EMBEDDING, SAM_SIDE } from './metaDecoder.js'
import { planarEncoder } from './planarEncoder.js'
import { fits, isFloat, single } from './signature.js'

/**
 * Meta's decoder (`export_onnx_model.py`) behind any encoder that takes one [1,3,1024,1024] slice image and
 * returns one [1,256,64,64] embedding, whatever their names: SAM, MobileSAM, SlimSAM, MedSAM. The graphs of SAM
 * and MedSAM are equal; MedSAM's slice images were stretched and spread over 0 to 1, which the registry says.
 */
export const metaLayout: ExportLayout = {
  id: 'meta',
  name: 'Meta SAM encoder and decoder',
  recognise(networks, { preprocessing }) {
    const encoder = single(networks, isEncoder)
    const decoder = single(networks, isMetaDecoder)
    if (networks.length !== 2 || encoder === null || decoder === null) return null
    const [output] = encoder.outputs
    return {
      encoder,
      ownPreprocessing: null,
      encode: planarEncoder(encoder, SAM_SIDE, preprocessing ?? { normalisation: 'sam', fit: 'pad' }, {
        [output.name]: 'embedding',
      }),
      prompts: META_PROMPTS,
      decode: metaDecoder(decoder, output),
    }
  },
}

function isEncoder({ inputs, outputs }: Network): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    isFloat(inputs[0]) &&
    isFloat(outputs[0]) &&
    fits(inputs[0], [1, 3, SAM_SIDE, SAM_SIDE]) &&
    fits(outputs[0], SAM_EMBEDDING)
  )
}
