import { z } from 'zod'
import {
  damaged,
  ELEMENT_BYTES,
  elementCount,
  readAt,
  refused,
  rowStrides,
  type CheckpointContent,
  type ElementType,
  type OpenFile,
  type StoredTensor,
} from './checkpoint.js'

/** The format's own limit is 100 MB; a header with 314 tensors takes 40 kB. */
const MAX_HEADER_BYTES = 16 * 2 ** 20
const LENGTH_BYTES = 8

const TYPES: Readonly<Record<string, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}

const count = z.int().nonnegative()
const headerSchema = z.record(
  z.string(),
  z.object({ dtype: z.string(), shape: z.array(count).max(32), data_offsets: z.tuple([count, count]) }),
)

/**
 * Reads the header of a `.safetensors` file: its length in 8 bytes, JSON that names type, shape and byte
 * range of every tensor, then the bytes. Format: https://github.com/huggingface/safetensors.
 * @throws MedlsamError `model` for one that is corrupt or contradicts itself
 */
export async function readSafetensorsFile(file: OpenFile): Promise<CheckpointContent> {
  const { path } = file
  const lengthField = await readAt(file, 0, LENGTH_BYTES)
  const length = new DataView(lengthField.buffer).getBigUint64(0, true)
  if (length > BigInt(file.sizeBytes - LENGTH_BYTES)) throw damaged(path, 'its header is longer than the file')
  if (length > BigInt(MAX_HEADER_BYTES)) throw damaged(path, 'its header is far too long')
  const header = parseHeader(path, await readAt(file, LENGTH_BYTES, Number(length)))
  const start = LENGTH_BYTES + Number(length)
  const tensors = new Map<string, StoredTensor>()
  let end = 0
  const entries = Object.entries(header).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [from, to] = data_offsets
    if (from < end) throw damaged(path, 'the byte ranges of its tensors overlap')
    if (from > end) throw damaged(path, 'there are gaps between its tensors')
    end = to
    if (!(start + to <= file.sizeBytes)) throw damaged(path, 'a tensor reaches beyond the end')
    const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : null
    if (type === null)
      throw refused(
        path,
        'holds tensors of a number type that is not known here',
        'import float32, float16 or bfloat16 weights',
      )
    if (elementCount(shape) * ELEMENT_BYTES[type] !== to - from)
      throw damaged(path, 'a tensor has another size than its shape says')
    tensors.set(name, { type, shape, strides: rowStrides(shape), position: start + from })
  }
  if (start + end !== file.sizeBytes) throw damaged(path, 'there is more in it than its tensors')
  if (tensors.size === 0) throw refused(path, 'holds no tensors', "choose the file with the model's weights")
  return { groups: [tensors], regions: [] }
}

function parseHeader(path: string, bytes: Uint8Array): z.infer<typeof headerSchema> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw damaged(path, 'its header is not JSON', error)
  }
  if (typeof json === 'object' && json !== null && '__metadata__' in json) Reflect.deleteProperty(json, '__metadata__')
  const parsed = headerSchema.safeParse(json)
  if (!parsed.success) throw damaged(path, 'its header does not describe tensors', parsed.error)
  return parsed.data
}
