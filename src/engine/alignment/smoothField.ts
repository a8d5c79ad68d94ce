import type { Size3 } from '../../shared/geometry/points.js'

/** Mean of three neighbours along one axis, borders repeated. */
function mean3(from: Float32Array, to: Float32Array, length: number, stride: number): void {
  const block = length * stride
  for (let start = 0; start < from.length; start += block) {
    for (let i = 0; i < length; i++) {
      const at = start + i * stride
      const low = i > 0 ? at - stride : at
      const high = i + 1 < length ? at + stride : at
      for (let k = 0; k < stride; k++) to[at + k] = (from[low + k] + from[at + k] + from[high + k]) / 3
    }
  }
}

/**
 * Mean over 3 x 3 x 3 cells of every channel, borders repeated, in place.
 * @param field channels of a cell side by side
 * @param spare of the same length
 */
export function smoothField(field: Float32Array, size: Size3, channels: number, spare: Float32Array): void {
  mean3(field, spare, size[0], channels)
  mean3(spare, field, size[1], channels * size[0])
  mean3(field, spare, size[2], channels * size[0] * size[1])
  field.set(spare)
}
