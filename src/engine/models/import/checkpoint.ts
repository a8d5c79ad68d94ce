import type { FileHandle } from 'node:fs/promises'
import { MedlsamError } from '../../../shared/medlsamError.js'

/** Bytes per element of the types that checkpoints hold. */
export const ELEMENT_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const

/** An element type of a stored tensor. */
export type ElementType = keyof typeof ELEMENT_BYTES

/** Where and how a tensor lies in a checkpoint file; its last element is known to lie inside the file. */
export interface StoredTensor {
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Elements from one index to the next on each axis. */
  readonly strides: readonly number[]
  /** Byte of the file where element 0 starts. */
  readonly position: number
}

/** Bytes of the file whose checksum the file itself records. */
export interface CheckedRegion {
  readonly position: number
  readonly length: number
  readonly crc32: number
}

/** What a checkpoint file holds, read from its directory; the numbers stay on disk. */
export interface CheckpointContent {
  /** Groups of tensors by name, the likeliest model first: a training checkpoint may hold several. */
  readonly groups: readonly ReadonlyMap<string, StoredTensor>[]
  /** In order of position, without overlap. */
  readonly regions: readonly CheckedRegion[]
}

/** A file that is being read. */
export interface OpenFile {
  readonly path: string
  readonly handle: FileHandle
  readonly sizeBytes: number
}

/** A `model` error about a checkpoint that ends early or contradicts itself. */
export function damaged(file: string, detail: string, cause?: unknown): MedlsamError {
  return new MedlsamError(
    'model',
    `${file} is damaged or cut short (${detail}): download or copy it again.`,
    file,
    cause === undefined ? undefined : { cause },
  )
}

/** A `model` error about a checkpoint that is not read, with what to do instead. */
export function refused(file: string, why: string, advice: string): MedlsamError {
  return new MedlsamError('model', `${file} ${why}: ${advice}.`, file)
}

/**
 * Reads bytes at a position.
 * @throws MedlsamError `model` when the file ends before
 */
export async function readAt(
  { path, handle, sizeBytes }: OpenFile,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (position < 0 || length < 0 || position + length > sizeBytes) throw damaged(path, 'it ends early')
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw damaged(path, 'it ends early')
    done += bytesRead
  }
  return bytes
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** Elements from the first to the last that a strided tensor touches; 0 when it has none. */
export function elementSpan(shape: readonly number[], strides: readonly number[]): number {
  if (elementCount(shape) === 0) return 0
  return shape.reduce((span, n, axis) => span + (n - 1) * strides[axis], 1)
}

/** Strides of a tensor whose elements lie row by row. */
export function rowStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]
  }
  return strides
}
