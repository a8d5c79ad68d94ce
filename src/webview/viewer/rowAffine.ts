import type { PointMm } from '../../shared/geometry/points.js'

/** Rows of a matrix from voxel indices as stored in the file to RAS millimetres; the last column is the first voxel's place. */
export type Affine = readonly (readonly number[])[]

/** Where a voxel's middle lies. */
export function voxelToMm(affine: Affine, voxel: PointMm): PointMm {
  const along = ([x, y, z, at]: readonly number[]): number => x * voxel[0] + y * voxel[1] + z * voxel[2] + at
  return [along(affine[0]), along(affine[1]), along(affine[2])]
}

/** The index, not rounded, at which a point lies in the file. */
export function mmToVoxel(affine: Affine, pointMm: PointMm): PointMm {
  const column = (at: number): PointMm => [affine[0][at], affine[1][at], affine[2][at]]
  const [x, y, z, origin] = [column(0), column(1), column(2), column(3)]
  const offset: PointMm = [pointMm[0] - origin[0], pointMm[1] - origin[1], pointMm[2] - origin[2]]
  const volume = determinant(x, y, z)
  return [determinant(offset, y, z) / volume, determinant(x, offset, z) / volume, determinant(x, y, offset) / volume]
}

function determinant(a: PointMm, b: PointMm, c: PointMm): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])
}
