import { ELEMENT_BYTES, type ElementType } from './checkpoint.js'

// Pickle is a program for a small stack machine, and a full one can call anything. This machine knows only
// the instructions and the few names that a checkpoint of tensors needs, builds plain values, and calls nothing.
// Instructions: Python's pickletools; what torch.save writes: torch/serialization.py.

/** A numbered piece of memory that tensors look into. */
export interface PickledStorage {
  readonly kind: 'storage'
  readonly key: string
  readonly type: ElementType
  readonly elements: number
}

/** A view of a storage. */
export interface PickledTensor {
  readonly kind: 'tensor'
  readonly storage: PickledStorage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** A dictionary, ordered or not. */
export interface PickledDict {
  readonly kind: 'dict'
  readonly entries: Map<string | number, PickledValue>
}

interface PickledList {
  readonly kind: 'list'
  readonly items: PickledValue[]
}

interface PickledTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickledValue[]
}

/** A type of storage, by its name in PyTorch. */
interface PickledType {
  readonly kind: 'type'
  readonly type: ElementType
}

/** A function or class of the closed list below. */
interface PickledBuilder {
  readonly kind: 'builder'
  readonly name: (typeof BUILDERS)[number]
}

/** What unpickling builds. */
export type PickledValue =
  | null
  | boolean
  | number
  | string
  | PickledList
  | PickledTuple
  | PickledDict
  | PickledType
  | PickledBuilder
  | PickledStorage
  | PickledTensor

/** Why a pickle was not read. */
export class PickleProblem extends Error {
  constructor(
    /** `forbidden`: it asks for what is never done here; `damaged`: it contradicts itself. */
    readonly reason: 'forbidden' | 'damaged',
    /** Of which instruction or name. */
    readonly detail: string,
  ) {
    super(detail)
  }
}

const STORAGES = {
  'torch DoubleStorage': 'float64',
  'torch FloatStorage': 'float32',
  'torch HalfStorage': 'float16',
  'torch BFloat16Storage': 'bfloat16',
  'torch LongStorage': 'int64',
  'torch IntStorage': 'int32',
  'torch ShortStorage': 'int16',
  'torch CharStorage': 'int8',
  'torch ByteStorage': 'uint8',
  'torch BoolStorage': 'bool',
} as const

const BUILDERS = [
  'collections OrderedDict',
  'torch._utils _rebuild_tensor_v2',
  'torch._utils _rebuild_parameter',
] as const

const KNOWN_NAMES: ReadonlyMap<string, PickledType | PickledBuilder> = new Map<string, PickledType | PickledBuilder>([
  ...Object.entries(STORAGES).map(([name, type]) => [name, { kind: 'type', type }] as const),
  ...BUILDERS.map((name) => [name, { kind: 'builder', name }] as const),
])

const MAX_DIMENSIONS = 32
/** SAM's list of tensors takes 10 000 instructions; each may make an object, so their number bounds the memory. */
const MAX_INSTRUCTIONS = 1_000_000

/**
 * Reads a pickle of protocol 2 that holds tensors, containers, numbers and text, as `torch.save` writes it.
 * @throws PickleProblem for anything else
 */
export function readPickle(bytes: Uint8Array): PickledValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const memo = new Map<number, PickledValue>()
  /** Stacks set aside by marks. */
  const below: PickledValue[][] = []
  let stack: PickledValue[] = []
  let at = 0

  const take = (count: number): number => {
    if (count > bytes.length - at) throw new PickleProblem('damaged', 'its list of tensors ends early')
    at += count
    return at - count
  }
  const text = (count: number): string => {
    const from = take(count)
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, count).toString('utf8')
  }
  const line = (): string => {
    const end = bytes.indexOf(10, at)
    const found = text((end < 0 ? bytes.length : end) - at)
    take(1)
    return found
  }
  const pop = (): PickledValue => {
    const value = stack.pop()
    if (value === undefined) throw new PickleProblem('damaged', 'its list of tensors takes more than it has')
    return value
  }
  const top = (): PickledValue => {
    const value = pop()
    stack.push(value)
    return value
  }
  const popMarked = (): PickledValue[] => {
    const marked = stack
    const under = below.pop()
    if (under === undefined) throw new PickleProblem('damaged', 'its list of tensors closes what it has not opened')
    stack = under
    return marked
  }
  const remember = (key: number): void => {
    memo.set(key, top())
  }
  const recall = (key: number): void => {
    const value = memo.get(key)
    if (value === undefined) throw new PickleProblem('damaged', 'its list of tensors refers to what it has not stored')
    stack.push(value)
  }
  const append = (items: readonly PickledValue[]): void => {
    const list = top()
    if (!isKind(list, 'list')) throw new PickleProblem('damaged', 'its list of tensors appends to what is no list')
    for (const item of items) list.items.push(item)
  }
  const setItems = (pairs: readonly PickledValue[]): void => {
    const dict = top()
    if (!isKind(dict, 'dict') || pairs.length % 2 !== 0)
      throw new PickleProblem('damaged', 'its list of tensors fills what is no dictionary')
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new PickleProblem('forbidden', 'dictionary keys other than text and numbers')
      dict.entries.set(key, pairs[i + 1])
    }
  }
  const tuple = (items: readonly PickledValue[]): void => {
    stack.push({ kind: 'tuple', items })
  }

  for (let instructions = 0; ; instructions++) {
    if (instructions > MAX_INSTRUCTIONS) throw new PickleProblem('forbidden', 'far more than a list of tensors')
    const opcode = bytes[take(1)]
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = bytes[take(1)]
        if (protocol !== 2) throw new PickleProblem('forbidden', `pickle protocol ${protocol}`)
        break
      }
      case 0x2e: {
        // STOP
        const result = pop()
        if (stack.length > 0 || below.length > 0)
          throw new PickleProblem('damaged', 'its list of tensors stops in the middle')
        return result
      }
      case 0x28: // MARK
        below.push(stack)
        stack = []
        break
      case 0x4e: // NONE
        stack.push(null)
        break
      case 0x88: // NEWTRUE
        stack.push(true)
        break
      case 0x89: // NEWFALSE
        stack.push(false)
        break
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true))
        break
      case 0x4b: // BININT1
        stack.push(bytes[take(1)])
        break
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true))
        break
      case 0x8a: // LONG1
        stack.push(longNumber(bytes, take, bytes[take(1)]))
        break
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false))
        break
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)))
        break
      case 0x29: // EMPTY_TUPLE
        tuple([])
        break
      case 0x85: // TUPLE1
        tuple([pop()])
        break
      case 0x86: {
        // TUPLE2
        const second = pop()
        tuple([pop(), second])
        break
      }
      case 0x87: {
        // TUPLE3
        const third = pop()
        const second = pop()
        tuple([pop(), second, third])
        break
      }
      case 0x74: // TUPLE
        tuple(popMarked())
        break
      case 0x5d: // EMPTY_LIST
        stack.push({ kind: 'list', items: [] })
        break
      case 0x61: // APPEND
        append([pop()])
        break
      case 0x65: // APPENDS
        append(popMarked())
        break
      case 0x7d: // EMPTY_DICT
        stack.push({ kind: 'dict', entries: new Map() })
        break
      case 0x73: {
        // SETITEM
        const value = pop()
        setItems([pop(), value])
        break
      }
      case 0x75: // SETITEMS
        setItems(popMarked())
        break
      case 0x71: // BINPUT
        remember(bytes[take(1)])
        break
      case 0x72: // LONG_BINPUT
        remember(view.getUint32(take(4), true))
        break
      case 0x68: // BINGET
        recall(bytes[take(1)])
        break
      case 0x6a: // LONG_BINGET
        recall(view.getUint32(take(4), true))
        break
      case 0x63: {
        // GLOBAL
        const module = line()
        const spelled = `${module} ${line()}`
        const known = KNOWN_NAMES.get(spelled)
        if (known === undefined) throw new PickleProblem('forbidden', `"${printable(spelled.replace(' ', '.'))}"`)
        stack.push(known)
        break
      }
      case 0x51: // BINPERSID
        stack.push(storageOf(pop()))
        break
      case 0x52: {
        // REDUCE
        const args = pop()
        stack.push(build(pop(), args))
        break
      }
      case 0x62: {
        // BUILD: an OrderedDict's attributes, such as the layer versions of a state dict
        pop()
        if (!isKind(top(), 'dict')) throw new PickleProblem('forbidden', 'setting the state of an object')
        break
      }
      default:
        throw new PickleProblem('forbidden', `pickle instruction 0x${opcode.toString(16).padStart(2, '0')}`)
    }
  }
}

function isKind<K extends 'list' | 'tuple' | 'dict' | 'type' | 'builder' | 'storage' | 'tensor'>(
  value: PickledValue | undefined,
  kind: K,
): value is Extract<PickledValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

/** A little-endian two's complement number. */
function longNumber(bytes: Uint8Array, take: (count: number) => number, length: number): number {
  const from = take(length)
  if (length > 8) throw new PickleProblem('forbidden', 'a number of more than 64 bits')
  let value = 0n
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[from + i])
  return Number(BigInt.asIntN(8 * length, value))
}

/** `('storage', torch.FloatStorage, '0', 'cpu', 123)`: the only kind of reference out of the pickle. */
function storageOf(reference: PickledValue): PickledStorage {
  const [tag, type, key, , elements] = isKind(reference, 'tuple') ? reference.items : []
  if (tag !== 'storage' || !isKind(type, 'type') || typeof key !== 'string' || !isCount(elements)) {
    throw new PickleProblem('damaged', 'a tensor names no storage')
  }
  return { kind: 'storage', key, type: type.type, elements }
}

function build(callable: PickledValue, args: PickledValue): PickledValue {
  if (!isKind(callable, 'builder') || !isKind(args, 'tuple')) throw new PickleProblem('forbidden', 'calling something')
  const { items } = args
  switch (callable.name) {
    case 'collections OrderedDict':
      if (items.length !== 0) throw new PickleProblem('forbidden', 'an OrderedDict made of something')
      return { kind: 'dict', entries: new Map() }
    case 'torch._utils _rebuild_parameter':
      if (!isKind(items[0], 'tensor')) throw new PickleProblem('damaged', 'a parameter is no tensor')
      return items[0]
    case 'torch._utils _rebuild_tensor_v2':
      return tensorOf(items)
  }
}

function tensorOf([storage, offset, shape, strides]: readonly PickledValue[]): PickledTensor {
  if (!isKind(storage, 'storage') || !isCount(offset) || !isKind(shape, 'tuple') || !isKind(strides, 'tuple')) {
    throw new PickleProblem('damaged', 'a tensor is described wrongly')
  }
  if (
    shape.items.length !== strides.items.length ||
    shape.items.length > MAX_DIMENSIONS ||
    !shape.items.every(isCount) ||
    !strides.items.every(isCount)
  ) {
    throw new PickleProblem('damaged', 'a tensor has an impossible shape')
  }
  return { kind: 'tensor', storage, offset, shape: shape.items, strides: strides.items }
}

function isCount(value: PickledValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Text from an untrusted file, short and without control characters. */
function printable(found: string): string {
  return found.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
}

/** Bytes that a storage takes. */
export function storageBytes({ type, elements }: PickledStorage): number {
  return elements * ELEMENT_BYTES[type]
}
