import type { ProviderRequest } from '../../protocol/engineSetup.js'

/** Element types of a tensor, by their ONNX Runtime names. `float16` travels as raw bits in a `Uint16Array`. */
export type TensorType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'

/** Arrays a tensor's numbers can lie in. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** A tensor as plain data, row-major: the last of `dims` runs fastest. */
export interface NetworkTensor {
  readonly data: TensorData
  readonly dims: readonly number[]
}

/** What a network says about one of its inputs or outputs; a named dimension is not fixed. */
export interface TensorInfo {
  readonly name: string
  readonly type: TensorType
  readonly dims: readonly (number | string)[]
}

/** A provider that really runs a network. */
export type Provider = Exclude<ProviderRequest, 'auto'>

/** A loaded network. Everything that uses networks takes this, so that tests can pass analytic ones. */
export interface Network {
  /** What it is, for messages: usually the path of its file. */
  readonly file: string
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly sha256: string
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** The provider that really runs it; may be another one when it was loaded again after an idle time. */
  readonly provider: Provider
  /** Why `provider` is not the one that was asked for; null when it is. */
  readonly providerNote: string | null
  /** Wall time spent inside the runtime so far, in seconds. */
  readonly secondsInside: number
  /** Completed runs so far. */
  readonly runs: number
  /**
   * Runs the network once.
   * @param feeds One tensor per input, by name.
   * @param fetches Names of the outputs to return; all of them when absent.
   * @throws MedlsamError `model` when the network refuses the feeds or fails.
   */
  run(
    feeds: Readonly<Record<string, NetworkTensor>>,
    fetches?: readonly string[],
  ): Promise<Record<string, NetworkTensor>>
  /** Frees its memory; the network must not be run afterwards. Safe to call twice. */
  release(): Promise<void>
}

/** Inputs or outputs as one line for messages, e.g. `input float32[1,3,1024,1024]`. */
export function describeTensors(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name, type, dims }) => `${name} ${type}[${dims.join(',')}]`).join(', ')
}
