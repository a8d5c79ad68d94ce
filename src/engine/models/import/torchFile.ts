import yauzl from 'yauzl'
import { MedlsamError } from '../../../shared/medlsamError.js'
import {
  damaged,
  ELEMENT_BYTES,
  elementSpan,
  readAt,
  refused,
  type CheckedRegion,
  type CheckpointContent,
  type OpenFile,
  type StoredTensor,
} from './checkpoint.js'
import { readPickle } from './pickle.js'
import {
  PickleProblem,
  storageBytes,
  type PickledDict,
  type PickledTensor,
  type PickledValue,
} from './pickledValues.js'

/** SAM's lists its 314 tensors in 50 kB; a training checkpoint with optimizer state in a few hundred. */
const MAX_PICKLE_BYTES = 16 * 2 ** 20
const MAX_ENTRIES = 100_000
const STORED = 0

/** What to do with a checkpoint that holds more than tensors. */
const SAVE_TENSORS =
  'if you trust it, save its tensors alone in Python with torch.save(model.state_dict(), "weights.pth") and import that file'

/** Keys under which training code keeps a model's state; averaged weights come before the raw ones. */
const LIKELY_KEYS: readonly string[] = ['average', 'ema', 'state_dict', 'model_state_dict', 'model', 'network', 'net']

interface ZipPart {
  readonly position: number
  readonly length: number
  readonly crc32: number
}

/**
 * Reads the directory of a PyTorch checkpoint: a zip file with a pickle, `data.pkl`, and one uncompressed
 * entry per storage. Format: torch/serialization.py and caffe2/serialize in PyTorch.
 * @throws MedlsamError `model` for one that is corrupt, malicious, or of another kind
 */
export async function readTorchFile(file: OpenFile): Promise<CheckpointContent> {
  const parts = await readZipDirectory(file)
  const pickleName = [...parts.keys()].find((name) => /^[^/]*\/?data\.pkl$/.test(name))
  if (pickleName === undefined) {
    throw refused(
      file.path,
      'is a zip file but no PyTorch checkpoint',
      'choose the .pth, .pt or .safetensors file of the model',
    )
  }
  const folder = pickleName.slice(0, -'data.pkl'.length)
  if (parts.has(`${folder}constants.pkl`)) {
    throw refused(
      file.path,
      'is a TorchScript program, not a checkpoint',
      'import the .pth or .safetensors file with the weights',
    )
  }
  await refuseBigEndian(file, parts.get(`${folder}byteorder`))
  const part = entry(parts, pickleName, file.path)
  if (part.length > MAX_PICKLE_BYTES) {
    throw refused(file.path, 'lists far more than the tensors of a model', SAVE_TENSORS)
  }
  const root = unpickle(file.path, await readAt(file, part.position, part.length))
  const used = new Map<string, CheckedRegion>([[pickleName, part]])
  const locate = (tensor: PickledTensor): StoredTensor => {
    const name = `${folder}data/${tensor.storage.key}`
    const storage = entry(parts, name, file.path)
    // Written so that sums beyond what numbers can hold fail too.
    const fits =
      storageBytes(tensor.storage) <= storage.length &&
      tensor.offset + elementSpan(tensor.shape, tensor.strides) <= tensor.storage.elements
    if (!fits) throw damaged(file.path, 'a tensor reaches beyond its storage')
    used.set(name, storage)
    const { type } = tensor.storage
    return {
      type,
      shape: tensor.shape,
      strides: tensor.strides,
      position: storage.position + tensor.offset * ELEMENT_BYTES[type],
    }
  }
  const groups = findGroups(root).map(
    (dict) => new Map([...tensorsOf(dict)].map(([name, tensor]) => [name, locate(tensor)])),
  )
  if (groups.length === 0) throw refused(file.path, 'holds no tensors by name', SAVE_TENSORS)
  return { groups, regions: inOrder(file.path, [...used.values()]) }
}

async function readZipDirectory(file: OpenFile): Promise<Map<string, ZipPart>> {
  const parts = new Map<string, ZipPart>()
  try {
    const zip = await yauzl.fromFdPromise(file.handle.fd, { autoClose: false, lazyEntries: true })
    if (zip.entryCount > MAX_ENTRIES) throw damaged(file.path, 'its directory is far too long')
    for await (const zipped of zip.eachEntry()) {
      if (zipped.fileName.endsWith('/')) continue
      if (
        zipped.compressionMethod !== STORED ||
        zipped.isEncrypted() ||
        zipped.compressedSize !== zipped.uncompressedSize
      ) {
        throw refused(
          file.path,
          'is a compressed zip file, which PyTorch never writes',
          'unpack it and import the checkpoint inside',
        )
      }
      if (parts.has(zipped.fileName)) throw damaged(file.path, 'it holds two entries of one name')
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(zipped, { minimal: true })
      if (fileDataStart + zipped.compressedSize > file.sizeBytes) throw damaged(file.path, 'it ends early')
      parts.set(zipped.fileName, { position: fileDataStart, length: zipped.compressedSize, crc32: zipped.crc32 })
    }
  } catch (error) {
    if (error instanceof MedlsamError) throw error
    throw damaged(file.path, 'its directory cannot be read', error)
  }
  return parts
}

function entry(parts: ReadonlyMap<string, ZipPart>, name: string, file: string): ZipPart {
  const part = parts.get(name)
  if (part === undefined) throw damaged(file, 'the numbers of a tensor are missing')
  return part
}

async function refuseBigEndian(file: OpenFile, part: ZipPart | undefined): Promise<void> {
  if (part === undefined || part.length > 16) return
  const order = Buffer.from(await readAt(file, part.position, part.length))
    .toString('latin1')
    .trim()
  if (order !== 'little') {
    throw refused(file.path, 'was saved on a machine with another byte order', 'save it again on an ordinary PC')
  }
}

function unpickle(file: string, bytes: Uint8Array): PickledValue {
  try {
    return readPickle(bytes)
  } catch (error) {
    if (!(error instanceof PickleProblem)) throw error
    switch (error.reason) {
      case 'damaged':
        throw damaged(file, error.detail, error)
      case 'forbidden':
        throw refused(
          file,
          `wants more than tensors when it is opened (${error.detail}), so nothing of it was run or read`,
          SAVE_TENSORS,
        )
    }
  }
}

/** Dictionaries with tensors: the root, or what lies one level below it. */
function findGroups(root: PickledValue): PickledDict[] {
  if (!isDict(root)) return []
  const rank = (key: string | number): number => {
    const found = LIKELY_KEYS.indexOf(String(key))
    return found < 0 ? LIKELY_KEYS.length : found
  }
  const inner = [...root.entries].sort(([a], [b]) => rank(a) - rank(b)).map(([, value]) => value)
  return [root, ...inner].filter((value) => isDict(value)).filter((dict) => tensorsOf(dict).size > 0)
}

function isDict(value: PickledValue): value is PickledDict {
  return typeof value === 'object' && value !== null && value.kind === 'dict'
}

function tensorsOf(dict: PickledDict): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>()
  for (const [name, value] of dict.entries) {
    if (typeof value === 'object' && value !== null && value.kind === 'tensor') tensors.set(String(name), value)
  }
  return tensors
}

function inOrder(file: string, regions: readonly CheckedRegion[]): CheckedRegion[] {
  const sorted = [...regions].sort((a, b) => a.position - b.position)
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].position < sorted[i - 1].position + sorted[i - 1].length) throw damaged(file, 'its entries overlap')
  }
  return sorted
}
