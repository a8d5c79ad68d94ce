import type { AffineMap } from './affineMap.js'
import { cellCount, type Grid, type GridVolume } from './grid.js'

/** A volume seen on another grid. */
export interface Sampled {
  /** Interpolated values; outside the volume its outermost values hold. */
  readonly values: Float32Array
  /** 1 where the cell lies in the volume. */
  readonly inside: Uint8Array
}

/**
 * Trilinear values of a volume at the cells of a grid.
 * @param toVolume from mm of the grid to mm of the volume
 */
export function sampleVolume(volume: GridVolume, grid: Grid, toVolume: AffineMap): Sampled {
  const count = cellCount(grid)
  const values = new Float32Array(count)
  const inside = new Uint8Array(count)
  const [nx, ny, nz] = volume.size
  const { data, spacingMm: v, originMm: o } = volume
  const { size, spacingMm: s, originMm: g } = grid
  const m = toVolume.map((value) => value / v)
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const [gy, gz] = [g[1] + y * s, g[2] + z * s]
      for (let x = 0; x < size[0]; x++, at++) {
        const gx = g[0] + x * s
        let px = m[0] * gx + m[1] * gy + m[2] * gz + m[3] - o[0] / v
        let py = m[4] * gx + m[5] * gy + m[6] * gz + m[7] - o[1] / v
        let pz = m[8] * gx + m[9] * gy + m[10] * gz + m[11] - o[2] / v
        if (px > -0.5 && py > -0.5 && pz > -0.5 && px < nx - 0.5 && py < ny - 0.5 && pz < nz - 0.5) inside[at] = 1
        px = px < 0 ? 0 : px > nx - 1 ? nx - 1 : px
        py = py < 0 ? 0 : py > ny - 1 ? ny - 1 : py
        pz = pz < 0 ? 0 : pz > nz - 1 ? nz - 1 : pz
        const [ix, iy, iz] = [px | 0, py | 0, pz | 0]
        const [fx, fy, fz] = [px - ix, py - iy, pz - iz]
        const corner = ix + nx * (iy + ny * iz)
        const dx = ix + 1 < nx ? 1 : 0
        const dy = iy + 1 < ny ? nx : 0
        const dz = iz + 1 < nz ? nx * ny : 0
        const low =
          (data[corner] * (1 - fx) + data[corner + dx] * fx) * (1 - fy) +
          (data[corner + dy] * (1 - fx) + data[corner + dy + dx] * fx) * fy
        const top = corner + dz
        const high =
          (data[top] * (1 - fx) + data[top + dx] * fx) * (1 - fy) +
          (data[top + dy] * (1 - fx) + data[top + dy + dx] * fx) * fy
        values[at] = low * (1 - fz) + high * fz
      }
    }
  }
  return { values, inside }
}
