import { multiplyAffine } from '../../shared/geometry/affine.js'
import type { Colormap } from './colormaps.js'
import { sameGrid, type ImageVolume } from './imageVolume.js'
import { copySlice, type PlaneSlice } from './planeSlice.js'
import { PLANE_AXES } from './projection.js'

/** An image that is laid over the scan in colours. */
export interface SecondImage {
  readonly volume: ImageVolume
  readonly look: SecondLook
}

/** How it is drawn. */
export interface SecondLook {
  readonly colormap: Colormap
  /** What lies below is not drawn; what lies at `high` or above has the last colour. */
  readonly low: number
  readonly high: number
  readonly opacity: number
}

/** The values of an image under the pixels of a slice of the scan, row by row; between voxels they are interpolated, outside they are NaN. */
export function valuesOn(scan: ImageVolume, slice: PlaneSlice, image: ImageVolume): Float32Array {
  return sameGrid(scan, image)
    ? copySlice(slice, image, new Float32Array(slice.width * slice.height))
    : resampled(scan, slice, image)
}

function resampled(scan: ImageVolume, slice: PlaneSlice, image: ImageVolume): Float32Array {
  const m = multiplyAffine(image.toCanonical, scan.order.affine)
  const [h, v, depth] = PLANE_AXES[slice.plane]
  const out = new Float32Array(slice.width * slice.height)
  const at: [number, number, number] = [0, 0, 0]
  at[depth] = slice.index
  let to = 0
  for (at[v] = 0; at[v] < slice.height; at[v]++) {
    for (at[h] = 0; at[h] < slice.width; at[h]++, to++) {
      const x = m[0] * at[0] + m[1] * at[1] + m[2] * at[2] + m[3]
      const y = m[4] * at[0] + m[5] * at[1] + m[6] * at[2] + m[7]
      const z = m[8] * at[0] + m[9] * at[1] + m[10] * at[2] + m[11]
      out[to] = interpolated(image, x, y, z)
    }
  }
  return out
}

/** Between the eight voxels around a place, given in canonical voxels. */
function interpolated({ data, order }: ImageVolume, x: number, y: number, z: number): number {
  const [nx, ny, nz] = order.size
  // Half a voxel around the outermost middles still belongs to them.
  if (!(x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= nx - 0.5 && y <= ny - 0.5 && z <= nz - 0.5)) return NaN
  const [x0, y0, z0] = [lower(x, nx), lower(y, ny), lower(z, nz)]
  const [fx, fy, fz] = [share(x, x0), share(y, y0), share(z, z0)]
  const [sx, sy, sz] = order.strides
  const start = order.origin + x0 * sx + y0 * sy + z0 * sz
  const along = (from: number): number => data[from] * (1 - fx) + data[from + (fx > 0 ? sx : 0)] * fx
  const across = (from: number): number => along(from) * (1 - fy) + along(from + (fy > 0 ? sy : 0)) * fy
  return across(start) * (1 - fz) + across(start + (fz > 0 ? sz : 0)) * fz
}

function lower(along: number, count: number): number {
  return Math.max(0, Math.min(count - 2, Math.floor(along)))
}

function share(along: number, low: number): number {
  return Math.min(1, Math.max(0, along - low))
}

/** Pixels of values in colours, ABGR; 0, which is transparent, below the lowest. */
export function secondPixels(values: Float32Array, { low, high }: SecondLook, colors: Uint32Array): Uint32Array {
  const scale = 255 / Math.max(1e-12, high - low)
  const out = new Uint32Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    // Also of NaN.
    if (!(value > low)) continue
    out[at] = colors[Math.min(255, Math.floor((value - low) * scale))]
  }
  return out
}
