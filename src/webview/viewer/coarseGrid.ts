import type { CanonicalOrder } from '../../shared/geometry/orient.js'
import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { ImageVolume } from './imageVolume.js'

/** Enough samples along each axis to tell a body from the table under it. */
const SAMPLES = 80

/** Every few voxels of an image, in closest-RAS order. */
export interface CoarseGrid {
  readonly values: Float32Array
  readonly size: Size3
  /** Voxels from one sample to the next. */
  readonly step: Size3
  readonly order: CanonicalOrder
}

/** Samples an image. */
export function coarseGrid({ order, data }: ImageVolume): CoarseGrid {
  const step = mapAxes((axis) => Math.max(1, Math.ceil(order.size[axis] / SAMPLES)))
  const size = mapAxes((axis) => Math.ceil(order.size[axis] / step[axis]))
  const values = new Float32Array(size[0] * size[1] * size[2])
  const [sx, sy, sz] = mapAxes((axis) => step[axis] * order.strides[axis])
  let at = 0
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0, from = order.origin + z * sz + y * sy; x < size[0]; x++, from += sx) values[at++] = data[from]
  return { values, size, step, order }
}
