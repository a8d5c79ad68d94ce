import type { Preprocessing } from '../../../shared/modelTypes.js'
import type { Network, NetworkTensor } from '../../runtime/network.js'
import type { SliceImage } from '../slices/sliceImage.js'
import { fitLetterbox } from './letterbox.js'
import { fillPlanes } from './encoderInput.js'
import type { SliceEmbedding } from './exportLayout.js'
import { feed } from './signature.js'

/**
 * Runs an encoder that takes one [1,3,side,side] slice image. The outputs named in `rename` come back under its
 * values.
 */
export function planarEncoder(
  encoder: Network,
  side: number,
  { normalisation, fit }: Preprocessing,
  rename: Readonly<Record<string, string>>,
): (image: SliceImage) => Promise<SliceEmbedding> {
  const [info] = encoder.inputs
  const input = new Float32Array(3 * side * side)
  const fetches = Object.keys(rename)
  return async (image) => {
    const letterbox = fitLetterbox(image, side, side, fit)
    fillPlanes(input, side, image, letterbox, normalisation)
    const results = await encoder.run({ [info.name]: feed(info, input, [1, 3, side, side]) }, fetches)
    const tensors = Object.fromEntries(fetches.map((name): [string, NetworkTensor] => [rename[name], results[name]]))
    return { tensors, letterbox }
  }
}
