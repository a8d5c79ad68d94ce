import type { PointMm, Size3 } from '../../../shared/geometry/points.js'
import { applyAffine, multiplyAffine, spacingMm, type Affine } from '../../../shared/geometry/affine.js'
import { canonicalOrder } from '../../../shared/geometry/orient.js'

/**
 * A scan looked at slice by slice as a radiologist does, whatever its storage order: columns run
 * from the patient's right to the left, rows from anterior to posterior, slices from inferior to
 * superior. Nothing is copied: an element lies at `origin + column*strides[0] + row*strides[1] + slice*strides[2]`.
 */
export interface AxialView {
  /** Columns, rows, slices. */
  readonly size: Size3
  readonly origin: number
  readonly strides: Size3
  /** (column, row, slice) to RAS mm. */
  readonly affine: Affine
  /** Width of a column, height of a row, distance of slices, in mm. */
  readonly spacingMm: PointMm
}

/** The axial view of an array with this size and geometry. */
export function axialView(volume: { readonly size: Size3; readonly affine: Affine }): AxialView {
  const { size, origin, strides, affine } = canonicalOrder(volume)
  const [lastX, lastY] = [size[0] - 1, size[1] - 1]
  const viewAffine = multiplyAffine(affine, [-1, 0, 0, lastX, 0, -1, 0, lastY, 0, 0, 1, 0, 0, 0, 0, 1])
  return {
    size,
    origin: origin + lastX * strides[0] + lastY * strides[1],
    strides: [-strides[0], -strides[1], strides[2]],
    affine: viewAffine,
    spacingMm: spacingMm(viewAffine),
  }
}

/** Centre of a voxel of the view in RAS mm. */
export function viewPointMm(view: AxialView, column: number, row: number, slice: number): PointMm {
  return applyAffine(view.affine, [column, row, slice])
}
