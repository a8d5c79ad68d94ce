import type { Affine } from '../../shared/geometry/affine.js'
import { applyAffine, invertAffine } from '../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../shared/geometry/orient.js'
import type { PointMm, Size3 } from '../../shared/geometry/points.js'

/** Voxels as a file of any format may hold them. */
export type ImageVoxels = Float32Array | Uint8Array | Int16Array | Float64Array | Uint16Array | Int32Array | Uint32Array

/** An image as the viewer draws it: the voxels as stored, and how to walk them along right, anterior and superior. */
export interface ImageVolume {
  readonly data: ImageVoxels
  readonly size: Size3
  /** Stored voxel index to RAS mm. */
  readonly affine: Affine
  readonly order: CanonicalOrder
  /** RAS mm to voxel index in closest-RAS order. */
  readonly toCanonical: Affine
  /** RAS mm to voxel index as stored. */
  readonly toStored: Affine
}

/** An image of voxels and geometry, with what follows from them. */
export function imageVolume(image: Pick<ImageVolume, 'data' | 'size' | 'affine'>): ImageVolume {
  const order = canonicalOrder(image)
  return { ...image, order, toCanonical: invertAffine(order.affine), toStored: invertAffine(image.affine) }
}

/** The index in closest-RAS order of the voxel that holds a point; null outside of the image. */
export function canonicalVoxelAt({ order, toCanonical }: ImageVolume, pointMm: PointMm): PointMm | null {
  const [x, y, z] = applyAffine(toCanonical, pointMm)
  const voxel = [Math.round(x), Math.round(y), Math.round(z)] as const
  return voxel.every((index, axis) => index >= 0 && index < order.size[axis]) ? voxel : null
}

/** What the voxel under a point means; NaN outside of the image. */
export function valueAt(volume: ImageVolume, pointMm: PointMm): number {
  const voxel = canonicalVoxelAt(volume, pointMm)
  if (voxel === null) return NaN
  const { order, data } = volume
  const [x, y, z] = order.strides
  return data[order.origin + voxel[0] * x + voxel[1] * y + voxel[2] * z]
}

/** Whether two images have the same voxels in the same places. */
export function sameGrid(a: ImageVolume, b: ImageVolume): boolean {
  return (
    a.size.every((size, axis) => size === b.size[axis]) &&
    a.affine.every((value, at) => Math.abs(value - b.affine[at]) < 1e-3)
  )
}
