import { writeFile } from 'node:fs/promises'
import { makeRandom } from '../../src/engine/numeric/random.js'

/** ONNX element types that the builder knows, by their number in the format. */
const ELEMENT_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const

/** An element type the builder can write. */
export type BuilderType = keyof typeof ELEMENT_TYPE

/** A graph input or output; a string dimension is a named, free one. */
export interface ValueSpec {
  readonly name: string
  readonly type?: BuilderType
  readonly dims: readonly (number | string)[]
}

/** A constant tensor: float32 or int64 (other integer types as int64 numbers with `type`). */
export interface TensorSpec {
  readonly name: string
  readonly dims: readonly number[]
  readonly floats?: ArrayLike<number>
  readonly ints?: readonly number[]
}

/** An attribute: `1.0` is written as `{ float: 1 }`, an integer as `{ int: 1 }`. */
export type AttributeSpec =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: TensorSpec }

/** One operator. An empty input name leaves an optional input out. */
export interface NodeSpec {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeSpec>>
  /** Operator set domain; the standard one when absent. */
  readonly domain?: string
}

/** A whole graph. */
export interface GraphSpec {
  readonly inputs: readonly ValueSpec[]
  readonly outputs: readonly ValueSpec[]
  readonly nodes: readonly NodeSpec[]
  readonly initializers?: readonly TensorSpec[]
  /** Version of the standard operator set; 17 when absent. */
  readonly opset?: number
}

/**
 * Encodes a graph as an ONNX file (protobuf by hand: the format needs a dozen messages only).
 * Field numbers are those of onnx.proto3.
 */
export function encodeOnnx(graph: GraphSpec): Uint8Array {
  const encodedGraph = message([
    ...graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, 'test'),
    ...(graph.initializers ?? []).map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...graph.inputs.map((value) => bytesField(11, encodeValue(value))),
    ...graph.outputs.map((value) => bytesField(12, encodeValue(value))),
  ])
  const opsetImport = message([textField(1, ''), intField(2, graph.opset ?? 17)])
  return message([
    intField(1, 8),
    textField(2, 'medlsam-test'),
    bytesField(7, encodedGraph),
    bytesField(8, opsetImport),
  ])
}

/** Writes a graph to an ONNX file and returns the file's path. */
export async function writeOnnx(file: string, graph: GraphSpec): Promise<string> {
  await writeFile(file, encodeOnnx(graph))
  return file
}

/** Seeded random weights, uniform in -scale..scale. */
export function seededWeights(seed: number, dims: readonly number[], scale = 1): Float32Array {
  const random = makeRandom(seed)
  const count = dims.reduce((product, n) => product * n, 1)
  return Float32Array.from({ length: count }, () => (2 * random() - 1) * scale)
}

function encodeNode({ op, inputs, outputs, attributes = {}, domain }: NodeSpec): Uint8Array {
  return message([
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
    ...(domain === undefined ? [] : [textField(7, domain)]),
  ])
}

function encodeAttribute(name: string, value: AttributeSpec): Uint8Array {
  const head = textField(1, name)
  if ('float' in value) return message([head, floatField(2, value.float), intField(20, 1)])
  if ('int' in value) return message([head, intField(3, value.int), intField(20, 2)])
  if ('string' in value) return message([head, textField(4, value.string), intField(20, 3)])
  if ('tensor' in value) return message([head, bytesField(5, encodeTensor(value.tensor)), intField(20, 4)])
  if ('floats' in value) return message([head, ...value.floats.map((v) => floatField(7, v)), intField(20, 6)])
  return message([head, ...value.ints.map((v) => intField(8, v)), intField(20, 7)])
}

function encodeTensor({ name, dims, floats, ints }: TensorSpec): Uint8Array {
  const count = dims.reduce((product, n) => product * n, 1)
  const length = floats?.length ?? ints?.length
  if (length !== count) throw new Error(`tensor ${name}: ${String(length)} numbers for dimensions ${dims.join('x')}`)
  const raw = floats === undefined ? new BigInt64Array((ints ?? []).map(BigInt)) : Float32Array.from(floats)
  return message([
    ...dims.map((n) => intField(1, n)),
    intField(2, floats === undefined ? ELEMENT_TYPE.int64 : ELEMENT_TYPE.float32),
    textField(8, name),
    bytesField(9, new Uint8Array(raw.buffer)),
  ])
}

function encodeValue({ name, type = 'float32', dims }: ValueSpec): Uint8Array {
  const shape = message(
    dims.map((dim) => bytesField(1, message([typeof dim === 'number' ? intField(1, dim) : textField(2, dim)]))),
  )
  const tensorType = message([intField(1, ELEMENT_TYPE[type]), bytesField(2, shape)])
  return message([textField(1, name), bytesField(2, message([bytesField(1, tensorType)]))])
}

function message(fields: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields))
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

function intField(number: number, value: number): Uint8Array {
  return message([varint(number * 8), varint(value)])
}

function floatField(number: number, value: number): Uint8Array {
  return message([varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)])
}

function bytesField(number: number, value: Uint8Array): Uint8Array {
  return message([varint(number * 8 + 2), varint(value.length), value])
}

function textField(number: number, value: string): Uint8Array {
  return bytesField(number, new TextEncoder().encode(value))
}
