import { fromHalf, toHalf } from '../../runtime/halfFloat.js'
import type { Network, NetworkTensor, TensorInfo, TensorType } from '../../runtime/network.js'

/** Dimensions a tensor must be able to have; null is any. */
export type WantedDims = readonly (number | null)[]

/** Whether the dimensions can be these; a free dimension of the network fits any number. */
export function fits({ dims }: TensorInfo, wanted: WantedDims): boolean {
  return (
    dims.length === wanted.length &&
    dims.every((dim, i) => wanted[i] === null || typeof dim === 'string' || dim === wanted[i])
  )
}

/** Whether a tensor holds 32-bit or 16-bit floating point numbers. */
export function isFloat({ type }: TensorInfo): boolean {
  return type === 'float32' || type === 'float16'
}

/** The input of this name, or undefined. */
export function inputNamed({ inputs }: Network, name: string): TensorInfo | undefined {
  return inputs.find((info) => info.name === name)
}

/** The output of this name, or undefined. */
export function outputNamed({ outputs }: Network, name: string): TensorInfo | undefined {
  return outputs.find((info) => info.name === name)
}

/** Whether the inputs are exactly these names, in any order. */
export function takesExactly({ inputs }: Network, names: readonly string[]): boolean {
  return inputs.length === names.length && names.every((name) => inputs.some((info) => info.name === name))
}

/** The one network among `networks` that `is`, with the others; null when none or several are. */
export function single(networks: readonly Network[], is: (network: Network) => boolean): Network | null {
  const found = networks.filter(is)
  return found.length === 1 ? found[0] : null
}

/** Numbers as the tensor an input wants: half precision as raw bits, integers as 64 or fewer bits. */
export function feed(
  info: TensorInfo,
  values: Float32Array | readonly number[],
  dims: readonly number[],
): NetworkTensor {
  return { data: toType(values, info.type), dims }
}

/** Numbers as the input of this name wants them. */
export function feedTo(
  network: Network,
  name: string,
  values: Float32Array | readonly number[],
  dims: readonly number[],
): NetworkTensor {
  return feed(checked(inputNamed(network, name)), values, dims)
}

/** What one network returned, as another wants it: half precision becomes single and the other way round. */
export function handOver(
  tensor: NetworkTensor,
  from: TensorInfo | undefined,
  to: TensorInfo | undefined,
): NetworkTensor {
  const [{ type: had }, { type: wanted }] = [checked(from), checked(to)]
  return had === wanted ? tensor : { data: toType(floats(tensor, had), wanted), dims: tensor.dims }
}

/** The numbers that a network returned under this name. */
export function numbersOf(
  results: Readonly<Record<string, NetworkTensor>>,
  network: Network,
  name: string,
): Float32Array {
  return floats(results[name], checked(outputNamed(network, name)).type)
}

/** The numbers of a floating point tensor that a network returned. */
function floats({ data }: NetworkTensor, type: TensorType): Float32Array {
  if (data instanceof Float32Array) return data
  if (type === 'float16' && data instanceof Uint16Array) return fromHalf(data)
  return Float32Array.from(data, Number)
}

/** Where the largest number is; 0 for none. */
export function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0)
}

/** An input or output that has been looked for already, when the network was recognised. */
function checked(info: TensorInfo | undefined): TensorInfo {
  if (info === undefined) throw new TypeError('the network has been checked')
  return info
}

function toType(values: Float32Array | readonly number[], type: TensorType): NetworkTensor['data'] {
  switch (type) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values)
    case 'float16':
      return toHalf(values instanceof Float32Array ? values : Float32Array.from(values))
    case 'float64':
      return Float64Array.from(values)
    case 'int8':
      return Int8Array.from(values, Math.round)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values, Math.round)
    case 'int16':
      return Int16Array.from(values, Math.round)
    case 'uint16':
      return Uint16Array.from(values, Math.round)
    case 'int32':
      return Int32Array.from(values, Math.round)
    case 'uint32':
      return Uint32Array.from(values, Math.round)
    case 'int64':
      return BigInt64Array.from(Array.from(values, (value) => BigInt(Math.round(value))))
    case 'uint64':
      return BigUint64Array.from(Array.from(values, (value) => BigInt(Math.round(value))))
  }
}
