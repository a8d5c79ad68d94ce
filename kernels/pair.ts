import { CELL_BYTES } from './mind'
import { reserve } from './memory'

/** A query in blocks, laid over a template; addresses and numbers of 32 bits, in this order. */
@unmanaged
export class Pair {
  /** Twelve bytes per cell, [nx, ny, nz]. */
  template!: usize
  nx!: i32
  ny!: i32
  nz!: i32
  /** Twelve bytes per block, [bx, by, bz]. */
  query!: usize
  /** A byte per block. */
  seen!: usize
  bx!: i32
  by!: i32
  bz!: i32
  /** Template cell of the first block; block i lies at low + 2 i. */
  lowX!: i32
  lowY!: i32
  lowZ!: i32
}

/** Twelve bytes per cell as CELL_BYTES. */
export function widened(from: usize, cells: i32): usize {
  const out = reserve(CELL_BYTES * cells)
  const twelve = i32x4(-1, -1, -1, 0)
  for (let i = 0; i < cells; i++) v128.store(out + CELL_BYTES * i, v128.and(twelve, v128.load(from + 12 * i)))
  return out
}

/** Three float32 per block as a vector. */
export function toVectors(from: usize, blocks: i32): usize {
  const out = reserve(16 * blocks)
  for (let i = 0; i < blocks; i++) v128.store(out + 16 * i, f32x4.replace_lane(v128.load(from + 12 * i), 3, 0))
  return out
}

/** A vector per block as three float32. */
export function fromVectors(from: usize, blocks: i32, out: usize): void {
  for (let i = 0; i < blocks; i++) {
    const v = v128.load(from + 16 * i)
    v128.store_lane<u64>(out + 12 * i, v, 0)
    v128.store_lane<u32>(out + 12 * i, v, 2, 8)
  }
}
