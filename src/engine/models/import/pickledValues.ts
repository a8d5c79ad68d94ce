import { ELEMENT_BYTES, type ElementType } from './checkpoint.js'

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
export interface PickledType {
  readonly kind: 'type'
  readonly type: ElementType
}

/** A function or class that is known. */
export interface PickledBuilder {
  readonly kind: 'builder'
  readonly name: (typeof PICKLED_BUILDERS)[number]
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

/** Functions and classes that a checkpoint of tensors names; none is ever called. */
export const PICKLED_BUILDERS = [
  'collections OrderedDict',
  'torch._utils _rebuild_tensor_v2',
  'torch._utils _rebuild_parameter',
] as const

/** Whether a value is of a kind. */
export function isKind<K extends 'list' | 'tuple' | 'dict' | 'type' | 'builder' | 'storage' | 'tensor'>(
  value: PickledValue | undefined,
  kind: K,
): value is Extract<PickledValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

/** Bytes that a storage takes. */
export function storageBytes({ type, elements }: PickledStorage): number {
  return elements * ELEMENT_BYTES[type]
}
