import { applyAffine, type Affine } from '../../shared/geometry/affine.js'
import type { BoxMm, Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { ImageVolume } from './imageVolume.js'

/** An image for the rendering: a part of another one, with fewer voxels, along right, anterior and superior. */
export interface RenderVolume {
  readonly values: Float32Array
  readonly size: Size3
  readonly affine: Affine
}

/** The part of an image inside a box, with at most `maxSide` voxels along each side. */
export function renderVolume(volume: ImageVolume, box: BoxMm, maxSide: number): RenderVolume {
  const { order, toCanonical, data } = volume
  const a = applyAffine(toCanonical, box.min)
  const b = applyAffine(toCanonical, box.max)
  const first = mapAxes((axis) => clamp(Math.floor(Math.min(a[axis], b[axis])), order.size[axis]))
  const last = mapAxes((axis) => clamp(Math.ceil(Math.max(a[axis], b[axis])), order.size[axis]))
  const step = mapAxes((axis) => Math.max(1, Math.ceil((last[axis] - first[axis] + 1) / maxSide)))
  const size = mapAxes((axis) => Math.max(2, Math.floor((last[axis] - first[axis]) / step[axis]) + 1))
  const values = new Float32Array(size[0] * size[1] * size[2])
  const [sx, sy, sz] = mapAxes((axis) => step[axis] * order.strides[axis])
  const start = order.origin + first.reduce((sum, index, axis) => sum + index * order.strides[axis], 0)
  let to = 0
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0, from = start + z * sz + y * sy; x < size[0]; x++, from += sx) values[to++] = data[from] ?? 0
  return { values, size, affine: partAffine(order.affine, first, step) }
}

function clamp(index: number, size: number): number {
  return Math.min(size - 1, Math.max(0, index))
}

function partAffine(m: Affine, first: Size3, step: Size3): Affine {
  const [x, y, z] = applyAffine(m, first)
  const [i, j, k] = step
  return [
    m[0] * i,
    m[1] * j,
    m[2] * k,
    x,
    m[4] * i,
    m[5] * j,
    m[6] * k,
    y,
    m[8] * i,
    m[9] * j,
    m[10] * k,
    z,
    0,
    0,
    0,
    1,
  ]
}
