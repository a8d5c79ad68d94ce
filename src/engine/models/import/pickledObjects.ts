import {
  isKind,
  PICKLED_BUILDERS,
  PickleProblem,
  type PickledBuilder,
  type PickledStorage,
  type PickledTensor,
  type PickledType,
  type PickledValue,
} from './pickledValues.js'

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

const KNOWN_NAMES: ReadonlyMap<string, PickledType | PickledBuilder> = new Map<string, PickledType | PickledBuilder>([
  ...Object.entries(STORAGES).map(([name, type]) => [name, { kind: 'type', type }] as const),
  ...PICKLED_BUILDERS.map((name) => [name, { kind: 'builder', name }] as const),
])

const MAX_DIMENSIONS = 32

/**
 * What a name in a pickle stands for.
 * @throws PickleProblem `forbidden` for all but a few names, whatever they are
 */
export function knownName(module: string, name: string): PickledType | PickledBuilder {
  const spelled = `${module} ${name}`
  const known = KNOWN_NAMES.get(spelled)
  if (known === undefined) throw new PickleProblem('forbidden', `"${printable(spelled.replace(' ', '.'))}"`)
  return known
}

/** `('storage', torch.FloatStorage, '0', 'cpu', 123)`: the only kind of reference out of the pickle. */
export function storageOf(reference: PickledValue): PickledStorage {
  const [tag, type, key, , elements] = isKind(reference, 'tuple') ? reference.items : []
  if (tag !== 'storage' || !isKind(type, 'type') || typeof key !== 'string' || !isCount(elements)) {
    throw new PickleProblem('damaged', 'a tensor names no storage')
  }
  return { kind: 'storage', key, type: type.type, elements }
}

/** What a builder would make of its arguments, as a plain value. */
export function build(callable: PickledValue, args: PickledValue): PickledValue {
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
