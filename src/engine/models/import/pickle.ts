import { build, knownName, storageOf } from './pickledObjects.js'
import { isKind, PickleProblem, type PickledValue } from './pickledValues.js'

// Pickle is a program for a small stack machine, and a full one can call anything. This machine knows only
// the instructions and the few names that a checkpoint of tensors needs, builds plain values, and calls nothing.
// Instructions: Python's pickletools; what torch.save writes: torch/serialization.py.

/** SAM's list of tensors takes 10 000 instructions; each may make an object, so their number bounds the memory. */
const MAX_INSTRUCTIONS = 1_000_000

const STOP = 0x2e

/**
 * Reads a pickle of protocol 2 that holds tensors, containers, numbers and text, as `torch.save` writes it.
 * @throws PickleProblem for anything else
 */
export function readPickle(bytes: Uint8Array): PickledValue {
  const machine = new PickleMachine(bytes)
  for (let instructions = 0; instructions <= MAX_INSTRUCTIONS; instructions++) {
    const opcode = machine.byte()
    if (opcode === STOP) return machine.finish()
    const value = VALUES.get(opcode)
    const action = ACTIONS.get(opcode)
    if (value !== undefined) machine.push(value(machine))
    else if (action !== undefined) action(machine)
    else throw new PickleProblem('forbidden', `pickle instruction 0x${opcode.toString(16).padStart(2, '0')}`)
  }
  throw new PickleProblem('forbidden', 'far more than a list of tensors')
}

/** Instructions that put a value on the stack, by opcode. */
const VALUES: ReadonlyMap<number, (machine: PickleMachine) => PickledValue> = new Map<
  number,
  (machine: PickleMachine) => PickledValue
>([
  /* NONE        */ [0x4e, () => null],
  /* NEWTRUE     */ [0x88, () => true],
  /* NEWFALSE    */ [0x89, () => false],
  /* BININT      */ [0x4a, (machine) => machine.int32()],
  /* BININT1     */ [0x4b, (machine) => machine.byte()],
  /* BININT2     */ [0x4d, (machine) => machine.uint16()],
  /* LONG1       */ [0x8a, (machine) => machine.longNumber(machine.byte())],
  /* BINFLOAT    */ [0x47, (machine) => machine.float64()],
  /* BINUNICODE  */ [0x58, (machine) => machine.text(machine.uint32())],
  /* EMPTY_TUPLE */ [0x29, () => ({ kind: 'tuple', items: [] })],
  /* TUPLE1      */ [0x85, (machine) => ({ kind: 'tuple', items: machine.pop(1) })],
  /* TUPLE2      */ [0x86, (machine) => ({ kind: 'tuple', items: machine.pop(2) })],
  /* TUPLE3      */ [0x87, (machine) => ({ kind: 'tuple', items: machine.pop(3) })],
  /* TUPLE       */ [0x74, (machine) => ({ kind: 'tuple', items: machine.popMarked() })],
  /* EMPTY_LIST  */ [0x5d, () => ({ kind: 'list', items: [] })],
  /* EMPTY_DICT  */ [0x7d, () => ({ kind: 'dict', entries: new Map() })],
  /* BINGET      */ [0x68, (machine) => machine.recall(machine.byte())],
  /* LONG_BINGET */ [0x6a, (machine) => machine.recall(machine.uint32())],
  /* GLOBAL      */ [0x63, (machine) => knownName(machine.line(), machine.line())],
  /* BINPERSID   */ [0x51, (machine) => storageOf(machine.popOne())],
  /* REDUCE      */ [0x52, (machine) => build(...machine.popPair())],
])

/** Instructions that do something else, by opcode. */
const ACTIONS: ReadonlyMap<number, (machine: PickleMachine) => void> = new Map([
  [
    0x80, // PROTO
    (machine) => {
      const protocol = machine.byte()
      if (protocol !== 2) throw new PickleProblem('forbidden', `pickle protocol ${protocol}`)
    },
  ],
  [
    0x28, // MARK
    (machine) => {
      machine.mark()
    },
  ],
  [
    0x61, // APPEND
    (machine) => {
      machine.append(machine.pop(1))
    },
  ],
  [
    0x65, // APPENDS
    (machine) => {
      machine.append(machine.popMarked())
    },
  ],
  [
    0x73, // SETITEM
    (machine) => {
      machine.setItems(machine.pop(2))
    },
  ],
  [
    0x75, // SETITEMS
    (machine) => {
      machine.setItems(machine.popMarked())
    },
  ],
  [
    0x71, // BINPUT
    (machine) => {
      machine.remember(machine.byte())
    },
  ],
  [
    0x72, // LONG_BINPUT
    (machine) => {
      machine.remember(machine.uint32())
    },
  ],
  [
    0x62, // BUILD
    (machine) => {
      machine.setState()
    },
  ],
])

/** The stack machine: bytes that are read one after another, a stack, and values that were remembered by number. */
class PickleMachine {
  private readonly view: DataView
  private readonly memo = new Map<number, PickledValue>()
  /** Stacks set aside by marks. */
  private readonly below: PickledValue[][] = []
  private stack: PickledValue[] = []
  private at = 0

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    return this.bytes[this.take(1)]
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true)
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false)
  }

  /** A little-endian two's complement number of so many bytes. */
  longNumber(length: number): number {
    const from = this.take(length)
    if (length > 8) throw new PickleProblem('forbidden', 'a number of more than 64 bits')
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[from + i])
    return Number(BigInt.asIntN(8 * length, value))
  }

  text(count: number): string {
    const from = this.take(count)
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, count).toString('utf8')
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(10, this.at)
    const found = this.text((end < 0 ? this.bytes.length : end) - this.at)
    this.take(1)
    return found
  }

  push(value: PickledValue): void {
    this.stack.push(value)
  }

  popOne(): PickledValue {
    const value = this.stack.pop()
    if (value === undefined) throw new PickleProblem('damaged', 'its list of tensors takes more than it has')
    return value
  }

  /** The last two values, in the order in which they were pushed. */
  popPair(): [PickledValue, PickledValue] {
    const second = this.popOne()
    return [this.popOne(), second]
  }

  /** So many last values, in the order in which they were pushed. */
  pop(count: number): PickledValue[] {
    return Array.from({ length: count }, () => this.popOne()).reverse()
  }

  /** Sets the stack aside until {@link popMarked}. */
  mark(): void {
    this.below.push(this.stack)
    this.stack = []
  }

  /** All that was pushed since the last mark. */
  popMarked(): PickledValue[] {
    const marked = this.stack
    const under = this.below.pop()
    if (under === undefined) throw new PickleProblem('damaged', 'its list of tensors closes what it has not opened')
    this.stack = under
    return marked
  }

  remember(key: number): void {
    this.memo.set(key, this.top())
  }

  recall(key: number): PickledValue {
    const value = this.memo.get(key)
    if (value === undefined) throw new PickleProblem('damaged', 'its list of tensors refers to what it has not stored')
    return value
  }

  append(items: readonly PickledValue[]): void {
    const list = this.top()
    if (!isKind(list, 'list')) throw new PickleProblem('damaged', 'its list of tensors appends to what is no list')
    for (const item of items) list.items.push(item)
  }

  /** @param pairs keys and values in turn */
  setItems(pairs: readonly PickledValue[]): void {
    const dict = this.top()
    if (!isKind(dict, 'dict') || pairs.length % 2 !== 0)
      throw new PickleProblem('damaged', 'its list of tensors fills what is no dictionary')
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new PickleProblem('forbidden', 'dictionary keys other than text and numbers')
      dict.entries.set(key, pairs[i + 1])
    }
  }

  /** An OrderedDict's attributes, such as the layer versions of a state dict, are of no use; others have none. */
  setState(): void {
    this.popOne()
    if (!isKind(this.top(), 'dict')) throw new PickleProblem('forbidden', 'setting the state of an object')
  }

  /** What the program has built. */
  finish(): PickledValue {
    const result = this.popOne()
    if (this.stack.length > 0 || this.below.length > 0)
      throw new PickleProblem('damaged', 'its list of tensors stops in the middle')
    return result
  }

  private top(): PickledValue {
    const value = this.popOne()
    this.stack.push(value)
    return value
  }

  /** Where the next bytes begin. */
  private take(count: number): number {
    if (count > this.bytes.length - this.at) throw new PickleProblem('damaged', 'its list of tensors ends early')
    this.at += count
    return this.at - count
  }
}
