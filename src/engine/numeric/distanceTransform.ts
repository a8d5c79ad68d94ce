import type { PointMm, Size3 } from '../../shared/geometry/points.js'

/**
 * Exact Euclidean distance transform with anisotropic spacing: the squared distance in mm^2 from every voxel's
 * middle to the nearest feature voxel's middle, Infinity everywhere when there is none. One axis after the
 * other, each as the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012), so in linear time.
 * @param features non-zero at feature voxels, x fastest
 */
export function squaredDistances(
  features: ArrayLike<number>,
  [nx, ny, nz]: Size3,
  [sx, sy, sz]: PointMm,
): Float64Array {
  const distances = new Float64Array(nx * ny * nz)
  for (let i = 0; i < distances.length; i++) distances[i] = features[i] === 0 ? Infinity : 0
  const line = envelope(Math.max(nx, ny, nz))
  for (let row = 0; row < ny * nz; row++) line(distances, row * nx, 1, nx, sx)
  for (let z = 0; z < nz; z++) for (let x = 0; x < nx; x++) line(distances, x + z * nx * ny, nx, ny, sy)
  for (let plane = 0; plane < nx * ny; plane++) line(distances, plane, nx * ny, nz, sz)
  return distances
}

/** Replaces the `count` values at `start`, `start + stride`, ... by the lowest of the parabolas that stand on them. */
type TransformLine = (values: Float64Array, start: number, stride: number, count: number, spacing: number) => void

function envelope(longest: number): TransformLine {
  const apex = new Float64Array(longest)
  const height = new Float64Array(longest)
  const from = new Float64Array(longest)
  return (values, start, stride, count, spacing) => {
    let parabolas = 0
    for (let i = 0, at = start; i < count; i++, at += stride) {
      const value = values[at]
      if (value === Infinity) continue
      const position = i * spacing
      let border = -Infinity
      while (parabolas > 0) {
        const last = parabolas - 1
        border = (value + position * position - height[last] - apex[last] * apex[last]) / (2 * (position - apex[last]))
        if (border > from[last]) break
        parabolas--
        border = -Infinity
      }
      apex[parabolas] = position
      height[parabolas] = value
      from[parabolas] = border
      parabolas++
    }
    if (parabolas === 0) return
    for (let i = 0, k = 0, at = start; i < count; i++, at += stride) {
      const position = i * spacing
      while (k + 1 < parabolas && from[k + 1] < position) k++
      values[at] = (position - apex[k]) ** 2 + height[k]
    }
  }
}
