import type { Size3 } from '../../shared/geometry/points.js'
import { AIR_HU } from '../../shared/geometry/volume.js'
import { reach, type ShiftPx } from './stackSlices.js'

/** Slices one after the other, and the volume that they are moved into. */
export interface TiltedSlices {
  readonly columns: number
  readonly rows: number
  readonly size: Size3
  readonly shifts: readonly ShiftPx[]
}

/**
 * Moves the slices of a tilted gantry over each other, each as a whole, by linear interpolation between its pixels.
 * What no slice shows is air.
 * @param hu `hu[x + columns * (y + rows * slice)]`
 * @returns an array of `size`
 */
export function straighten<T extends Int16Array | Float32Array>(
  hu: T,
  { columns, rows, size, shifts }: TiltedSlices,
): T {
  const [width, height, count] = size
  const length = width * height * count
  const upright: Int16Array | Float32Array =
    hu instanceof Int16Array ? new Int16Array(length) : new Float32Array(length)
  upright.fill(AIR_HU)
  const { from } = reach(shifts)
  for (let k = 0; k < count; k++) {
    const [x0, xPart] = split(from[0] - shifts[k][0])
    const [y0, yPart] = split(from[1] - shifts[k][1])
    const [xNext, yNext] = [xPart > 0 ? 1 : 0, yPart > 0 ? 1 : 0]
    for (let y = Math.max(0, -y0); y < height && y + y0 + yNext < rows; y++) {
      for (let x = Math.max(0, -x0); x < width && x + x0 + xNext < columns; x++) {
        const at = x + x0 + columns * (y + y0 + rows * k)
        const down = at + yNext * columns
        const upper = hu[at] * (1 - xPart) + hu[at + xNext] * xPart
        const lower = hu[down] * (1 - xPart) + hu[down + xNext] * xPart
        const value = upper * (1 - yPart) + lower * yPart
        upright[x + width * (y + height * k)] = hu instanceof Int16Array ? Math.round(value) : value
      }
    }
  }
  return upright as T
}

/** Whole part, and the rest from 0 to 1; what is hardly off a whole number is one. */
function split(value: number): readonly [number, number] {
  const nearest = Math.round(value)
  if (Math.abs(value - nearest) < 1e-6) return [nearest, 0]
  return [Math.floor(value), value - Math.floor(value)]
}
