import { multiplyAffine } from '../../shared/geometry/affine.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { sameGrid, type ImageVolume } from './imageVolume.js'
import { PLANE_AXES, type Plane, type Tile } from './projection.js'

/** A number along each axis of a plane: its horizontal, its vertical, and the one that it cuts. */
type AlongPlane = readonly [number, number, number]

/** One slice of an image: where its pixels lie in memory and in the patient. */
export interface PlaneSlice {
  readonly plane: Plane
  /** Counted from the patient's left, back or feet. */
  readonly index: number
  readonly width: number
  readonly height: number
  /** Place of pixel (0, 0) in the voxels, and the steps to its neighbours to the right and above. */
  readonly start: number
  readonly stepX: number
  readonly stepY: number
  /** Millimetres of the middle of pixel (0, 0), and the way to those neighbours. */
  readonly cornerMm: AlongPlane
  readonly perX: AlongPlane
  readonly perY: AlongPlane
}

/** The slice of a plane that lies nearest to a point. */
export function sliceAt(volume: ImageVolume, plane: Plane, pointMm: PointMm): PlaneSlice {
  const depth = PLANE_AXES[plane][2]
  const m = volume.toCanonical
  const row = 4 * depth
  const at = m[row] * pointMm[0] + m[row + 1] * pointMm[1] + m[row + 2] * pointMm[2] + m[row + 3]
  return sliceOf(volume, plane, Math.min(volume.order.size[depth] - 1, Math.max(0, Math.round(at))))
}

/** How many slices an image has in a plane. */
export function sliceCount({ order }: ImageVolume, plane: Plane): number {
  return order.size[PLANE_AXES[plane][2]]
}

function sliceOf({ order }: ImageVolume, plane: Plane, index: number): PlaneSlice {
  const [h, v, depth] = PLANE_AXES[plane]
  const m = order.affine
  const along = (column: 0 | 1 | 2): AlongPlane => [m[4 * h + column], m[4 * v + column], m[4 * depth + column]]
  const perDepth = along(depth)
  return {
    plane,
    index,
    width: order.size[h],
    height: order.size[v],
    start: order.origin + index * order.strides[depth],
    stepX: order.strides[h],
    stepY: order.strides[v],
    cornerMm: [
      m[4 * h + 3] + index * perDepth[0],
      m[4 * v + 3] + index * perDepth[1],
      m[4 * depth + 3] + index * perDepth[2],
    ],
    perX: along(h),
    perY: along(v),
  }
}

/** How the depth of a slice changes along its plane: not at all, but for tilted scans. */
export function slopeOf({ perX, perY }: PlaneSlice): readonly [number, number] {
  const d = perX[0] * perY[1] - perX[1] * perY[0]
  return [(perX[2] * perY[1] - perY[2] * perX[1]) / d, (perX[0] * perY[2] - perY[0] * perX[2]) / d]
}

/** A matrix as canvas and SVG take it. */
export type Matrix2d = readonly [number, number, number, number, number, number]

/** From the middles of a slice's pixels to the screen. */
export function sliceToScreen(slice: PlaneSlice, tile: Tile): Matrix2d {
  const scaleX = (tile.mirrored ? -tile.width : tile.width) / tile.fovMm[0]
  const scaleY = -tile.height / tile.fovMm[1]
  const left = tile.mirrored ? tile.left + tile.width : tile.left
  const { cornerMm, perX, perY } = slice
  return [
    scaleX * perX[0],
    scaleY * perX[1],
    scaleX * perY[0],
    scaleY * perY[1],
    left + scaleX * (cornerMm[0] - tile.lowMm[0]),
    tile.top + tile.height + scaleY * (cornerMm[1] - tile.lowMm[1]),
  ]
}

/** The labels under the pixels of a slice of the scan, row by row. */
export function labelsOn(scan: ImageVolume, slice: PlaneSlice, labels: ImageVolume): Uint16Array {
  return sameGrid(scan, labels)
    ? copySlice(slice, labels, new Uint16Array(slice.width * slice.height))
    : sampledLabels(scan, slice, labels)
}

/** The voxels of an image on the scan's grid under the pixels of a slice, row by row, into an array of `width * height`. */
export function copySlice<Out extends Uint16Array | Float32Array>(
  { width, height, start, stepX, stepY }: PlaneSlice,
  { data }: ImageVolume,
  out: Out,
): Out {
  let to = 0
  for (let y = 0; y < height; y++)
    for (let x = 0, from = start + y * stepY; x < width; x++, from += stepX) out[to++] = data[from]
  return out
}

/** The nearest voxel of a label map that has a grid of its own. */
function sampledLabels(scan: ImageVolume, slice: PlaneSlice, labels: ImageVolume): Uint16Array {
  const m = multiplyAffine(labels.toCanonical, scan.order.affine)
  const [h, v, depth] = PLANE_AXES[slice.plane]
  const { size, strides, origin } = labels.order
  const out = new Uint16Array(slice.width * slice.height)
  const at = [0, 0, 0]
  at[depth] = slice.index
  let to = 0
  for (at[v] = 0; at[v] < slice.height; at[v]++) {
    for (at[h] = 0; at[h] < slice.width; at[h]++, to++) {
      let from = origin
      let inside = true
      for (let axis = 0; axis < 3 && inside; axis++) {
        const row = 4 * axis
        const index = Math.round(m[row] * at[0] + m[row + 1] * at[1] + m[row + 2] * at[2] + m[row + 3])
        inside = index >= 0 && index < size[axis]
        from += index * strides[axis]
      }
      if (inside) out[to] = labels.data[from]
    }
  }
  return out
}
