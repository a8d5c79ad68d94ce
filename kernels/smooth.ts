/** Mean over 3 x 3 x 3 blocks of a vector per block, borders repeated, in place. */
export function smoothBlocks(field: usize, bx: i32, by: i32, bz: i32, spare: usize): void {
  const bytes = 16 * bx * by * bz
  mean3(field, spare, bytes, bx, 16)
  mean3(spare, field, bytes, by, 16 * bx)
  mean3(field, spare, bytes, bz, 16 * bx * by)
  memory.copy(field, spare, bytes)
}

/** Mean of three neighbours along one axis: `length` runs of `stride` bytes. */
function mean3(from: usize, to: usize, bytes: i32, length: i32, stride: i32): void {
  const third = f32x4.splat(<f32>(1.0 / 3.0))
  for (let start = 0; start < bytes; start += length * stride) {
    for (let i = 0; i < length; i++) {
      const at = start + i * stride
      const p = from + (i > 0 ? at - stride : at)
      const q = from + at
      const r = from + (i + 1 < length ? at + stride : at)
      for (let k = 0; k < stride; k += 16) {
        const sum = f32x4.add(f32x4.add(v128.load(p + k), v128.load(q + k)), v128.load(r + k))
        v128.store(to + at + k, f32x4.mul(sum, third))
      }
    }
  }
}
