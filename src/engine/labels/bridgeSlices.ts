import type { Size3 } from '../../shared/geometry/points.js'
import { interpolateContours } from './itkContours.js'

/** Contours narrower than this many pixels are enlarged first: the interpolation drops smaller ones. */
const NARROWEST_PIXELS = 4

/**
 * Interpolates a mask between its first and its last slice by its shape; what lies between is empty or kept.
 * @param mask 0 or 1 per voxel, x fastest, slices along z; its first and its last slice hold voxels
 * @returns a mask of the same size
 */
export async function bridgeSlices(mask: Uint8Array, [width, height, depth]: Size3): Promise<Uint8Array> {
  const area = width * height
  const pixelsOf = (slice: number): number =>
    mask.subarray(slice * area, (slice + 1) * area).reduce((sum, value) => sum + value, 0)
  const zoom = Math.max(1, Math.ceil(NARROWEST_PIXELS / Math.sqrt(Math.min(pixelsOf(0), pixelsOf(depth - 1)))))
  if (zoom === 1) return interpolateContours(mask, [width, height, depth])
  const filled = await interpolateContours(enlarge(mask, width, zoom), [width * zoom, height * zoom, depth])
  return shrink(filled, width, zoom)
}

/** Every pixel as a square of `zoom` by `zoom` pixels; rows of all slices lie one after the other. */
function enlarge(mask: Uint8Array, width: number, zoom: number): Uint8Array {
  const wide = width * zoom
  return Uint8Array.from(
    { length: mask.length * zoom * zoom },
    (_, i) => mask[Math.floor(Math.floor(i / wide) / zoom) * width + Math.floor((i % wide) / zoom)],
  )
}

/** The reverse: a pixel is inside where at least half of its square is. */
function shrink(mask: Uint8Array, width: number, zoom: number): Uint8Array {
  const counts = new Uint8Array(mask.length / (zoom * zoom))
  const wide = width * zoom
  mask.forEach((value, i) => {
    counts[Math.floor(Math.floor(i / wide) / zoom) * width + Math.floor((i % wide) / zoom)] += value
  })
  return counts.map((count) => (2 * count >= zoom * zoom ? 1 : 0))
}
