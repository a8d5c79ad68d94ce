import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'

/** Cubic cells along the patient axes; arrays on it run x fastest, and x grows to the right (RAS). */
export interface Grid {
  /** Cells along x, y, z. */
  readonly size: Size3
  /** RAS mm of the middle of cell [0, 0, 0]. */
  readonly originMm: PointMm
  /** Side of a cell in mm. */
  readonly spacingMm: number
}

/** A CT on a {@link Grid}, in HU. */
export interface GridVolume extends Grid {
  readonly data: Int16Array
}

/** A number of channels per cell as bytes, the channels of a cell side by side. */
export interface ChannelGrid extends Grid {
  readonly channels: number
  readonly data: Uint8Array
}

/** Number of cells. */
export function cellCount({ size }: Pick<Grid, 'size'>): number {
  return size[0] * size[1] * size[2]
}

/** The box around all cells, faces included, in RAS mm. */
export function gridBox({ size, originMm: o, spacingMm: s }: Grid): BoxMm {
  return {
    min: [o[0] - s / 2, o[1] - s / 2, o[2] - s / 2],
    max: [o[0] + (size[0] - 0.5) * s, o[1] + (size[1] - 0.5) * s, o[2] + (size[2] - 0.5) * s],
  }
}

/** The grid of cells of `spacingMm` that covers a box, flush with its lowest corner. */
export function gridOver({ min, max }: BoxMm, spacingMm: number): Grid {
  const count = (axis: 0 | 1 | 2): number => Math.max(1, Math.ceil((max[axis] - min[axis]) / spacingMm - 1e-3))
  const half = spacingMm / 2
  return {
    size: [count(0), count(1), count(2)],
    originMm: [min[0] + half, min[1] + half, min[2] + half],
    spacingMm,
  }
}

/** The same numbers for each axis. */
export function perAxis(of: (axis: 0 | 1 | 2) => number): [number, number, number] {
  return [of(0), of(1), of(2)]
}
