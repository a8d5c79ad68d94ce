import { IDENTITY, type AffineMap } from './affineMap.js'
import { cellCount, type Grid, type GridVolume } from './grid.js'
import type { Kernels } from './kernels.js'

/** A volume seen on another grid: addresses in the memory of the kernels. */
export interface Sampled {
  /** Interpolated values, float32; outside the volume its outermost values hold. */
  readonly values: number
  /** A byte per cell: 1 where it lies in the volume. */
  readonly inside: number
}

/** Rows of the map from cells of a grid to voxels of a volume. */
function cellsToVoxels(volume: GridVolume, { originMm: g, spacingMm: s }: Grid, toVolume: AffineMap): Float64Array {
  const v = volume.spacingMm
  return Float64Array.from(
    [0, 1, 2].flatMap((axis) => {
      const [a, b, c, d] = toVolume.slice(4 * axis, 4 * axis + 4)
      const origin = a * g[0] + b * g[1] + c * g[2] + d - volume.originMm[axis]
      return [(a * s) / v, (b * s) / v, (c * s) / v, origin / v]
    }),
  )
}

/**
 * Trilinear values of a volume at the cells of a grid.
 * @param toVolume from mm of the grid to mm of the volume
 */
export function sampleVolume(
  kernels: Kernels,
  volume: GridVolume,
  grid: Grid,
  toVolume: AffineMap = IDENTITY,
): Sampled {
  const count = cellCount(grid)
  const [voxels, rows] = [kernels.put(volume.data), kernels.put(cellsToVoxels(volume, grid, toVolume))]
  const [values, inside] = [kernels.room(4 * count), kernels.room(count)]
  kernels.call('sample', voxels, ...volume.size, rows, ...grid.size, values, inside)
  return { values, inside }
}
