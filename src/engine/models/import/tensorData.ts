import { getFloat16 } from '@petamoriken/float16'
import {
  ELEMENT_BYTES,
  elementCount,
  elementSpan,
  readAt,
  refused,
  rowStrides,
  type OpenFile,
  type StoredTensor,
} from './checkpoint.js'

/** Tensors are read whole; one that is scattered over more of the file than this is not read. */
const MAX_SPAN_BYTES = 2 ** 29

/**
 * Reads a tensor as float32, row by row.
 * @param name for messages
 * @param order axes of the result in terms of the stored ones, as in NumPy's `transpose`; as stored when absent
 * @throws MedlsamError `model` when it holds no real numbers, or some that are not finite
 */
export async function readFloats(
  file: OpenFile,
  name: string,
  tensor: StoredTensor,
  order?: readonly number[],
): Promise<Float32Array<ArrayBuffer>> {
  const span = elementSpan(tensor.shape, tensor.strides)
  if (span * ELEMENT_BYTES[tensor.type] > MAX_SPAN_BYTES) {
    throw refused(
      file.path,
      `keeps its tensor ${name} scattered over too much of the file`,
      'save the model again with PyTorch, each tensor made contiguous',
    )
  }
  const bytes = await readAt(file, tensor.position, span * ELEMENT_BYTES[tensor.type])
  const stored = toFloats(bytes, tensor.type)
  if (stored === null) {
    throw refused(
      file.path,
      `stores its tensor ${name} as ${tensor.type}`,
      'import a checkpoint with float32, float16 or bfloat16 weights',
    )
  }
  const axes = order ?? tensor.shape.map((_, axis) => axis)
  const values = gather(
    stored,
    axes.map((axis) => tensor.shape[axis]),
    axes.map((axis) => tensor.strides[axis]),
  )
  if (!areFinite(values)) {
    throw refused(
      file.path,
      `holds numbers in its tensor ${name} that are not finite`,
      'the training went wrong or the file is damaged, so take another checkpoint',
    )
  }
  return values
}

/** Value of each of the float16 bit patterns: a lookup is many times faster than decoding 90 million of them. */
let halfTable: Float32Array | undefined
function halfValues(): Float32Array {
  if (halfTable === undefined) {
    const view = new DataView(new ArrayBuffer(2))
    halfTable = Float32Array.from({ length: 65_536 }, (_, bits) => {
      view.setUint16(0, bits)
      return getFloat16(view, 0)
    })
  }
  return halfTable
}

function toFloats(bytes: Uint8Array<ArrayBuffer>, type: StoredTensor['type']): Float32Array<ArrayBuffer> | null {
  switch (type) {
    case 'float32':
      return new Float32Array(bytes.buffer)
    case 'float64':
      return Float32Array.from(new Float64Array(bytes.buffer))
    case 'float16': {
      const halves = new Uint16Array(bytes.buffer)
      const values = halfValues()
      const floats = new Float32Array(halves.length)
      for (let i = 0; i < halves.length; i++) floats[i] = values[halves[i]]
      return floats
    }
    case 'bfloat16': {
      // The upper half of a float32.
      const halves = new Uint16Array(bytes.buffer)
      const bits = new Uint32Array(halves.length)
      for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16
      return new Float32Array(bits.buffer)
    }
    case 'int64':
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint8':
    case 'bool':
      return null
  }
}

function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

/** Elements of a strided view, row by row. */
function gather(
  source: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array<ArrayBuffer> {
  const count = elementCount(shape)
  const plain = rowStrides(shape)
  if (count === source.length && strides.every((stride, axis) => shape[axis] === 1 || stride === plain[axis]))
    return source
  const target = new Float32Array(count)
  const last = shape.length - 1
  const index = shape.map(() => 0)
  for (let to = 0, from = 0; to < count;) {
    for (let i = 0; i < shape[last]; i++) target[to++] = source[from + i * strides[last]]
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis]
      if (++index[axis] < shape[axis]) break
      from -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return target
}
