import type { Network } from '../../runtime/network.js'
import type { ExportLayout } from './exportLayout.js'
import { isPromptDecoder, isVisionEncoder } from './optimum.js'
import { inputNamed, takesExactly } from './signature.js'

/**
 * The usual SAM export of Hugging Face Optimum and transformers.js, as two files or one. Its exporter leaves boxes
 * out (`input_boxes=None`), its prompt encoder ignores the labels 2 and 3 of box corners, and it returns the three
 * ambiguous masks without the one that answers a box, so it cannot be used here.
 */
export const optimumPointsLayout: ExportLayout = {
  id: 'optimum-points',
  name: 'Hugging Face SAM export for points only',
  recognise(networks) {
    const twoFiles =
      networks.length === 2 &&
      networks.some(isVisionEncoder) &&
      networks.some((network) => isPromptDecoder(network, false))
    if (!twoFiles && !(networks.length === 1 && isOneFile(networks[0]))) return null
    return {
      refusal:
        'is an export for points only: it has no input for boxes, ignores the labels of box corners and lacks the mask that answers a box; ' +
        'use an export with boxes, or import the original checkpoint',
    }
  },
}

function isOneFile(network: Network): boolean {
  return (
    takesExactly(network, ['pixel_values', 'input_points', 'input_labels']) &&
    inputNamed(network, 'input_points')?.dims.length === 4
  )
}
