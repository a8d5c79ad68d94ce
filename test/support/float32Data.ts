import type { NetworkTensor } from '../../src/engine/runtime/network.js'

/** The numbers of a tensor that must be float32. */
export function float32Data(tensor: NetworkTensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data
  throw new TypeError(`expected float32 numbers, got ${tensor.data.constructor.name}`)
}
