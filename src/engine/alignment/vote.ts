import type { BoxMm } from '../../protocol/geometry.js'
import { perAxis, type Grid } from './grid.js'
import type { SoftMask } from './pullMasks.js'

/** Where the templates' mean exceeds this, the structure is; a little below one half, since blurred masks shrink. */
export const MASK_LEVEL = 0.45

/**
 * The weighted mean of one structure's masks.
 * @param weights one per mask; any sum
 */
export function fuseMasks(masks: readonly SoftMask[], weights: readonly number[]): SoftMask {
  const low = perAxis((axis) => Math.min(...masks.map((mask) => mask.low[axis])))
  const size = perAxis((axis) => Math.max(...masks.map((mask) => mask.low[axis] + mask.size[axis])) - low[axis])
  const sum = new Float32Array(size[0] * size[1] * size[2])
  const total = weights.reduce((a, b) => a + b, 0)
  masks.forEach((mask, i) => {
    const weight = weights[i] / total
    const [mx, my, mz] = mask.size
    for (let z = 0, from = 0; z < mz; z++) {
      for (let y = 0; y < my; y++) {
        let to = mask.low[0] - low[0] + size[0] * (mask.low[1] - low[1] + y + size[1] * (mask.low[2] - low[2] + z))
        for (let x = 0; x < mx; x++) sum[to++] += weight * mask.data[from++]
      }
    }
  })
  return { name: masks[0].name, low, size, data: Uint8Array.from(sum, Math.round) }
}

/** The largest value of a mask in each plane across an axis. */
function planeMaxima({ size, data }: SoftMask, axis: 0 | 1 | 2): Uint8Array {
  const out = new Uint8Array(size[axis])
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const i = axis === 0 ? x : axis === 1 ? y : z
        if (data[at] > out[i]) out[i] = data[at]
      }
    }
  }
  return out
}

/**
 * The box of a soft mask in mm: walls where the largest value of a plane crosses the level, between planes by
 * interpolation; null where nothing reaches it.
 */
export function boxOfMask(mask: SoftMask, grid: Grid, level = MASK_LEVEL): BoxMm | null {
  const limit = level * 255
  const ends = ([0, 1, 2] as const).map((axis) => {
    const profile = planeMaxima(mask, axis)
    const first = profile.findIndex((value) => value >= limit)
    if (first < 0) return null
    const last = profile.findLastIndex((value) => value >= limit)
    const part = (inside: number, outside: number): number => (inside - limit) / Math.max(1e-6, inside - outside)
    const toMm = (cell: number): number => grid.originMm[axis] + (mask.low[axis] + cell) * grid.spacingMm
    return [toMm(first - part(profile[first], profile[first - 1] ?? 0)), toMm(last + part(profile[last], profile[last + 1] ?? 0))] as const
  })
  const [x, y, z] = ends
  if (x === null || y === null || z === null) return null
  return { min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] }
}
