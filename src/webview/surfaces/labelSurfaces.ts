import { surfaceNets } from 'isosurface'
import { applyAffine } from '../../shared/geometry/affine.js'
import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { ImageVolume } from '../viewer/imageVolume.js'

/** The surface of a label. */
export interface LabelSurface {
  readonly labelValue: number
  /** Three numbers a point, RAS mm. */
  readonly positionsMm: Float32Array
  /** Three points a triangle. */
  readonly triangles: Uint32Array
}

/** Where a label lies, in canonical voxels, both ends inclusive. */
interface Extent {
  readonly min: [number, number, number]
  readonly max: [number, number, number]
}

/** More voxels along a side are taken together: a surface of more is no better on a screen. */
const MOST_ALONG = 110
/** A smoothed mask is cut here, and thin ones that do not reach it at one half of what they reach. */
const LEVEL = 0.42
/** Empty voxels around a label, so that its surface closes. */
const MARGIN = 2

/** The surfaces of all labels of a label map: surface nets of smoothed masks, in the library isosurface. */
export function labelSurfaces(labels: ImageVolume): LabelSurface[] {
  return [...extentsOf(labels)].map(([labelValue, extent]) => surfaceOf(labels, labelValue, extent))
}

function surfaceOf(labels: ImageVolume, labelValue: number, { min, max }: Extent): LabelSurface {
  const step = Math.max(1, Math.ceil(Math.max(...mapAxes((axis) => max[axis] - min[axis] + 1)) / MOST_ALONG))
  const size = mapAxes((axis) => Math.floor((max[axis] - min[axis]) / step) + 1 + 2 * MARGIN)
  const mask = smoothed(maskOf(labels, labelValue, min, step, size), size)
  const most = mask.reduce((high, value) => Math.max(high, value), 0)
  const level = Math.min(LEVEL, most / 2)
  const at = (x: number, y: number, z: number): number => mask[x + size[0] * (y + size[1] * z)]
  const { positions, cells } = surfaceNets(size, (x, y, z) => level - at(x, y, z), [[0, 0, 0], size])
  const positionsMm = new Float32Array(3 * positions.length)
  positions.forEach((position, index) => {
    const voxel = mapAxes((axis) => min[axis] + (position[axis] - MARGIN) * step)
    positionsMm.set(applyAffine(labels.order.affine, voxel), 3 * index)
  })
  const triangles = new Uint32Array(3 * cells.length)
  cells.forEach((cell, index) => {
    triangles.set(cell, 3 * index)
  })
  return { labelValue, positionsMm, triangles }
}

/** The label as ones on every `step`-th voxel, with a margin of zeros. */
function maskOf({ data, order }: ImageVolume, labelValue: number, min: Size3, step: number, size: Size3): Float32Array {
  const mask = new Float32Array(size[0] * size[1] * size[2])
  const [sx, sy, sz] = mapAxes((axis) => order.strides[axis] * step)
  const start = order.origin + min.reduce((sum, index, axis) => sum + index * order.strides[axis], 0)
  for (let z = MARGIN; z < size[2] - MARGIN; z++)
    for (let y = MARGIN; y < size[1] - MARGIN; y++) {
      let from = start + (z - MARGIN) * sz + (y - MARGIN) * sy
      for (let x = MARGIN; x < size[0] - MARGIN; x++, from += sx)
        if (data[from] === labelValue) mask[x + size[0] * (y + size[1] * z)] = 1
    }
  return mask
}

/** Weighs each voxel with its neighbours, 1 2 1 along each axis. */
function smoothed(values: Float32Array, size: Size3): Float32Array {
  let from = values
  for (const stride of [1, size[0], size[0] * size[1]]) {
    const to = new Float32Array(from.length)
    for (let at = stride; at < from.length - stride; at++)
      to[at] = (from[at - stride] + 2 * from[at] + from[at + stride]) / 4
    from = to
  }
  return from
}

function extentsOf({ data, order }: ImageVolume): Map<number, Extent> {
  const extents = new Map<number, Extent>()
  const [nx, ny, nz] = order.size
  const [sx, sy, sz] = order.strides
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0, from = order.origin + z * sz + y * sy; x < nx; x++, from += sx) {
        const value = data[from]
        if (value === 0) continue
        const extent = extents.get(value)
        if (extent === undefined) extents.set(value, { min: [x, y, z], max: [x, y, z] })
        else {
          if (x < extent.min[0]) extent.min[0] = x
          if (x > extent.max[0]) extent.max[0] = x
          if (y < extent.min[1]) extent.min[1] = y
          if (y > extent.max[1]) extent.max[1] = y
          extent.max[2] = z
        }
      }
  return extents
}
