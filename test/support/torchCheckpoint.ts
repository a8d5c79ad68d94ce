import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import yazl from 'yazl'

/** Pieces of pickle, named as in Python's pickletools. */
export const P = {
  proto: (version = 2): Buffer => Buffer.of(0x80, version),
  stop: Buffer.from('.'),
  mark: Buffer.from('('),
  none: Buffer.from('N'),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  emptyList: Buffer.from(']'),
  tuple: Buffer.from('t'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  setItems: Buffer.from('u'),
  appends: Buffer.from('e'),
  persistentId: Buffer.from('Q'),
  int: (value: number): Buffer => {
    const bytes = Buffer.alloc(5, 'J')
    bytes.writeInt32LE(value, 1)
    return bytes
  },
  long: (...bytes: number[]): Buffer => Buffer.of(0x8a, bytes.length, ...bytes),
  text: (value: string): Buffer => {
    const bytes = Buffer.from(value)
    const head = Buffer.alloc(5, 'X')
    head.writeUInt32LE(bytes.length, 1)
    return Buffer.concat([head, bytes])
  },
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  put: (key: number): Buffer => Buffer.of(0x71, key),
  get: (key: number): Buffer => Buffer.of(0x68, key),
} as const

/** How a tensor is described; the defaults fit a storage of 4 float32. */
export interface TensorSpec {
  readonly key?: string
  readonly storage?: string
  readonly elements?: number
  readonly offset?: number
  readonly shape?: readonly number[]
  readonly strides?: readonly number[]
}

/** The instructions that make a tensor, as torch.save writes them. */
export function tensorPickle({
  key = '0',
  storage = 'FloatStorage',
  elements = 4,
  offset = 0,
  shape = [4],
  strides = [1],
}: TensorSpec = {}): Buffer {
  const numbers = (values: readonly number[]): Buffer[] => [P.mark, ...values.map(P.int), P.tuple]
  return Buffer.concat([
    P.global('torch._utils', '_rebuild_tensor_v2'),
    P.mark,
    P.mark,
    P.text('storage'),
    P.global('torch', storage),
    P.text(key),
    P.text('cpu'),
    P.int(elements),
    P.tuple,
    P.persistentId,
    P.int(offset),
    ...numbers(shape),
    ...numbers(strides),
    Buffer.of(0x89),
    P.global('collections', 'OrderedDict'),
    P.emptyTuple,
    P.reduce,
    P.tuple,
    P.reduce,
  ])
}

/** A whole pickle: a dictionary with tensors. */
export function statePickle(tensors: Readonly<Record<string, Buffer>>): Buffer {
  return Buffer.concat([
    P.proto(),
    P.emptyDict,
    P.mark,
    ...Object.entries(tensors).flatMap(([name, tensor]) => [P.text(name), tensor]),
    P.setItems,
    P.stop,
  ])
}

/** Bytes of a zip file with these entries, stored as they are unless `compress`. */
export async function zipBytes(entries: Readonly<Record<string, Buffer>>, compress = false): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [name, bytes] of Object.entries(entries)) zip.addBuffer(bytes, name, { compress, mtime: new Date(0) })
  zip.end()
  return buffer(zip.outputStream)
}

/** Writes a PyTorch checkpoint: a pickle and the storages it names. */
export async function writeTorchCheckpoint(
  file: string,
  pickle: Buffer,
  storages: Readonly<Record<string, Buffer>> = { 0: Buffer.alloc(16) },
): Promise<string> {
  const data = Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes]))
  await writeFile(file, await zipBytes({ 'archive/data.pkl': pickle, 'archive/version': Buffer.from('3\n'), ...data }))
  return file
}
