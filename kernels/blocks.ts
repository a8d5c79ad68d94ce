import { CELL_BYTES } from './mind'

/**
 * Means of described cells over 2 x 2 x 2 of them, for every `step`th cell; beyond the border the last cell counts twice.
 * @param fine CELL_BYTES per cell, [nx, ny, nz]
 * @param out twelve bytes per block, x fastest
 */
export function averageCells(fine: usize, nx: i32, ny: i32, nz: i32, step: i32, out: usize): void {
  const half = i16x8.splat(4)
  for (let z = 0; z < nz; z += step) {
    for (let y = 0; y < ny; y += step) {
      for (let x = 0; x < nx; x += step) {
        const at = fine + CELL_BYTES * (x + nx * (y + ny * z))
        const dx: i32 = x + 1 < nx ? CELL_BYTES : 0
        const dy: i32 = y + 1 < ny ? CELL_BYTES * nx : 0
        const dz: i32 = z + 1 < nz ? CELL_BYTES * nx * ny : 0
        let low = half
        let high = half
        for (let corner = 0; corner < 8; corner++) {
          const bytes = v128.load(at + (corner & 1) * dx + ((corner >> 1) & 1) * dy + (corner >> 2) * dz)
          low = i16x8.add(low, i16x8.extend_low_i8x16_u(bytes))
          high = i16x8.add(high, i16x8.extend_high_i8x16_u(bytes))
        }
        const mean = i8x16.narrow_i16x8_u(i16x8.shr_u(low, 3), i16x8.shr_u(high, 3))
        v128.store_lane<u64>(out, mean, 0)
        v128.store_lane<u32>(out, mean, 2, 8)
        out += 12
      }
    }
  }
}

/**
 * What 2 x 2 x 2 cells of a sampled scan hold.
 * @param values,inside from `sample`, [nx, ny, nz], all even
 * @param seen a byte per block: 1 where half of it lies in the scan and something is denser than `seenHu`
 * @param firm a byte per block: 1 where it is seen and denser than `firmHu` on average
 */
export function lookAtBlocks(
  values: usize,
  inside: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  seenHu: f32,
  firmHu: f32,
  seen: usize,
  firm: usize,
): void {
  for (let z = 0; z < nz; z += 2) {
    for (let y = 0; y < ny; y += 2) {
      for (let x = 0; x < nx; x += 2) {
        let within = 0
        let total: f32 = 0
        let most: f32 = -Infinity
        for (let corner = 0; corner < 8; corner++) {
          const i = x + (corner & 1) + nx * (y + ((corner >> 1) & 1) + ny * (z + (corner >> 2)))
          const hu = load<f32>(values + 4 * i)
          within += load<u8>(inside + i)
          total += hu
          most = max(most, hu)
        }
        const isSeen = within >= 4 && most > seenHu
        store<u8>(seen++, isSeen ? 1 : 0)
        store<u8>(firm++, isSeen && total > 8 * firmHu ? 1 : 0)
      }
    }
  }
}
