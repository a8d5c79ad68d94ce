import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { applyAffine, invertAffine, spacingMm, type Affine } from '../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../shared/geometry/orient.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { AIR_HU, type Volume } from '../../shared/geometry/volume.js'
import { volumeBox } from '../../shared/geometry/boxConversion.js'

/** Scans turned less than this off the patient axes, in mm at their far corner, count as not turned. */
const STRAIGHT_MM = 1e-3
/** Slack in voxels for points on a scan's outermost face, against rounding. */
const FACE_SLACK = 1e-6

/** Cubic voxels in patient space: index [z, y, x] grows Superior, Anterior, Left. */
export interface WorldGrid {
  /** Voxels along [z, y, x]. */
  readonly size: Size3
  /** RAS mm of the middle of voxel [0, 0, 0]. */
  readonly originMm: PointMm
  readonly spacingMm: number
}

/** A scan on a {@link WorldGrid}: `data[(z * ny + y) * nx + x]` in HU. */
export interface WorldGridVolume extends WorldGrid {
  readonly data: Float32Array
}

/** RAS mm of a (fractional) grid index [z, y, x]. */
function gridToWorld({ originMm: o, spacingMm: s }: WorldGrid, [z, y, x]: PointMm): PointMm {
  return [o[0] - x * s, o[1] + y * s, o[2] + z * s]
}

/** The grid that covers a scan: the box of its voxel faces in RAS mm, cut in whole voxels about its middle. */
function worldGridOf(volume: Pick<Volume, 'size' | 'affine'>, targetMm: number): WorldGrid {
  const { min, max } = volumeBox(volume)
  const count = (axis: 0 | 1 | 2): number => Math.max(1, Math.ceil((max[axis] - min[axis]) / targetMm - 1e-3))
  const [nx, ny, nz] = mapAxes(count)
  const from = (axis: 0 | 1 | 2, n: number, sign: 1 | -1): number =>
    (min[axis] + max[axis]) / 2 - (sign * (n - 1) * targetMm) / 2
  return { size: [nz, ny, nx], originMm: [from(0, nx, -1), from(1, ny, 1), from(2, nz, 1)], spacingMm: targetMm }
}

/**
 * Resamples a scan to cubic voxels in patient space, the same way as the trainer does:
 * closest-RAS order; block averages by the whole factor `floor(target / spacing)` where that is 2 or
 * more, leaving out what is over at the far end; trilinear interpolation at the points of
 * {@link worldGridOf}. Half a voxel beyond the outermost voxels their value holds, further out it is air.
 *
 * @param targetMm side of a grid voxel in mm
 */
export function resampleToWorldGrid(
  volume: Pick<Volume, 'data' | 'size' | 'affine'>,
  targetMm: number,
): WorldGridVolume {
  const grid = worldGridOf(volume, targetMm)
  const order = canonicalOrder(volume)
  const spacing = spacingMm(order.affine)
  const factor = (axis: 0 | 1 | 2): number =>
    Math.min(order.size[axis], Math.max(1, Math.floor(targetMm / spacing[axis])))
  const factors = mapAxes(factor)
  const data = isStraight(order)
    ? sampleStraight(volume, order, factors, grid)
    : sampleTurned(volume, order, factors, grid)
  return { ...grid, data }
}

/** Whether the canonical axes run along the patient axes. */
export function isStraight({ affine, size }: Pick<CanonicalOrder, 'affine' | 'size'>): boolean {
  let drift = 0
  for (let row = 0; row < 3; row++)
    for (let axis = 0; axis < 3; axis++) if (row !== axis) drift += Math.abs(affine[4 * row + axis]) * size[axis]
  return drift < STRAIGHT_MM
}

/** What one grid index along one patient axis reads: `weights[j] * stored[start + j]`; null for air. */
interface Tap {
  readonly start: number
  readonly weights: readonly number[]
}

/** The taps of all grid indices along one patient axis, block averages and interpolation in one. */
function tapsOf(order: CanonicalOrder, ras: 0 | 1 | 2, factor: number, grid: WorldGrid): readonly (Tap | null)[] {
  const length = order.size[ras]
  const blocks = Math.floor(length / factor)
  const step = order.affine[5 * ras]
  const origin = order.affine[4 * ras + 3] + (step * (factor - 1)) / 2
  const count = grid.size[2 - ras]
  const { flip } = order.ras[ras]
  return Array.from({ length: count }, (_, i) => {
    const mm = grid.originMm[ras] + (ras === 0 ? -i : i) * grid.spacingMm
    const index = (mm - origin) / (step * factor)
    if (index < -0.5 - FACE_SLACK || index > blocks - 0.5 + FACE_SLACK) return null
    const inside = Math.min(blocks - 1, Math.max(0, index))
    const low = Math.min(Math.floor(inside), Math.max(0, blocks - 2))
    const part = inside - low
    const weights = Array.from(
      { length: factor * (part > 0 ? 2 : 1) },
      (_, j) => (j < factor ? 1 - part : part) / factor,
    )
    const start = low * factor
    return flip ? { start: length - start - weights.length, weights: weights.reverse() } : { start, weights }
  })
}

/**
 * The separable case. Works through the stored array once, in its own order: rows, then columns of a
 * slice, then a weighted sum of the few reduced slices that each grid plane needs.
 */
function sampleStraight(
  volume: Pick<Volume, 'data' | 'size'>,
  order: CanonicalOrder,
  factors: Size3,
  grid: WorldGrid,
): Float32Array {
  const rasOf = [0, 1, 2].map((stored) => order.ras.findIndex(({ axis }) => axis === stored) as 0 | 1 | 2)
  const [tapsA, tapsB, tapsC] = rasOf.map((ras) => tapsOf(order, ras, factors[ras], grid))
  const gridStrides = [1, grid.size[2], grid.size[1] * grid.size[2]]
  const [strideA, strideB, strideC] = rasOf.map((ras) => gridStrides[ras])
  const [na, nb] = [tapsA.length, tapsB.length]
  const [sa, sb] = volume.size
  const { data } = volume

  const rows = new Float64Array(sb * na)
  const reduceSlice = (slice: number): Float64Array => {
    for (let b = 0; b < sb; b++) {
      const row = (slice * sb + b) * sa
      for (let a = 0; a < na; a++) {
        const tap = tapsA[a]
        if (tap === null) continue
        const { weights } = tap
        const at = row + tap.start
        let sum = 0
        for (let j = 0; j < weights.length; j++) sum += weights[j] * data[at + j]
        rows[b * na + a] = sum
      }
    }
    const reduced = new Float64Array(nb * na)
    tapsB.forEach((tap, b) => {
      if (tap === null) return
      tap.weights.forEach((weight, j) => {
        const from = (tap.start + j) * na
        const to = b * na
        for (let a = 0; a < na; a++) reduced[to + a] += weight * rows[from + a]
      })
    })
    return reduced
  }

  const out = new Float32Array(grid.size[0] * grid.size[1] * grid.size[2]).fill(AIR_HU)
  const slices = new Map<number, Float64Array>()
  const sum = new Float64Array(nb * na)
  tapsC.forEach((tap, c) => {
    if (tap === null) return
    for (const slice of slices.keys())
      if (slice < tap.start - 1 || slice > tap.start + tap.weights.length) slices.delete(slice)
    sum.fill(0)
    tap.weights.forEach((weight, j) => {
      const slice = slices.get(tap.start + j) ?? reduceSlice(tap.start + j)
      slices.set(tap.start + j, slice)
      for (let i = 0; i < sum.length; i++) sum[i] += weight * slice[i]
    })
    for (let b = 0; b < nb; b++) {
      if (tapsB[b] === null) continue
      for (let a = 0; a < na; a++) if (tapsA[a] !== null) out[c * strideC + b * strideB + a * strideA] = sum[b * na + a]
    }
  })
  return out
}

/** Block averages in canonical order; the scan itself, walked in that order, where no factor is above 1. */
function blocksOf(
  volume: Pick<Volume, 'data'>,
  order: CanonicalOrder,
  factors: Size3,
): { data: ArrayLike<number>; size: Size3; origin: number; strides: Size3; affine: Affine } {
  const [kx, ky, kz] = factors
  if (kx * ky * kz === 1) return { data: volume.data, ...order }
  const size = mapAxes((axis) => Math.floor(order.size[axis] / factors[axis]))
  const sums = new Float32Array(size[0] * size[1] * size[2])
  const [sx, sy, sz] = order.strides
  let at = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++) {
        let sum = 0
        for (let dz = 0; dz < kz; dz++) {
          for (let dy = 0; dy < ky; dy++) {
            const from = order.origin + (z * kz + dz) * sz + (y * ky + dy) * sy + x * kx * sx
            for (let dx = 0; dx < kx; dx++) sum += volume.data[from + dx * sx]
          }
        }
        sums[at++] = sum / (kx * ky * kz)
      }
    }
  }
  const middle = applyAffine(order.affine, [(kx - 1) / 2, (ky - 1) / 2, (kz - 1) / 2])
  const m = order.affine
  const affine: Affine = [
    m[0] * kx,
    m[1] * ky,
    m[2] * kz,
    middle[0],
    m[4] * kx,
    m[5] * ky,
    m[6] * kz,
    middle[1],
    m[8] * kx,
    m[9] * ky,
    m[10] * kz,
    middle[2],
    0,
    0,
    0,
    1,
  ]
  return { data: sums, size, origin: 0, strides: [1, size[0], size[0] * size[1]], affine }
}

/** The general case: every grid point through the inverse affine. */
function sampleTurned(
  volume: Pick<Volume, 'data'>,
  order: CanonicalOrder,
  factors: Size3,
  grid: WorldGrid,
): Float32Array {
  const { data, size, origin, strides, affine } = blocksOf(volume, order, factors)
  const inverse = invertAffine(affine)
  const [nz, ny, nx] = grid.size
  const out = new Float32Array(nz * ny * nx).fill(AIR_HU)
  const edge = [size[0] - 0.5 + FACE_SLACK, size[1] - 0.5 + FACE_SLACK, size[2] - 0.5 + FACE_SLACK]
  const outer = -0.5 - FACE_SLACK
  let at = 0
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const [x0, y0, z0] = applyAffine(inverse, gridToWorld(grid, [k, j, 0]))
      for (let i = 0; i < nx; i++, at++) {
        const step = -i * grid.spacingMm
        let x = x0 + step * inverse[0]
        let y = y0 + step * inverse[4]
        let z = z0 + step * inverse[8]
        if (x < outer || y < outer || z < outer || x > edge[0] || y > edge[1] || z > edge[2]) continue
        x = Math.min(size[0] - 1, Math.max(0, x))
        y = Math.min(size[1] - 1, Math.max(0, y))
        z = Math.min(size[2] - 1, Math.max(0, z))
        const xi = Math.min(Math.floor(x), Math.max(0, size[0] - 2))
        const yi = Math.min(Math.floor(y), Math.max(0, size[1] - 2))
        const zi = Math.min(Math.floor(z), Math.max(0, size[2] - 2))
        const u = x - xi
        const v = y - yi
        const w = z - zi
        const p = origin + xi * strides[0] + yi * strides[1] + zi * strides[2]
        const right = u > 0 ? strides[0] : 0
        const ahead = v > 0 ? strides[1] : 0
        const above = w > 0 ? strides[2] : 0
        const lower =
          (1 - v) * ((1 - u) * data[p] + u * data[p + right]) +
          v * ((1 - u) * data[p + ahead] + u * data[p + ahead + right])
        const q = p + above
        const upper =
          (1 - v) * ((1 - u) * data[q] + u * data[q + right]) +
          v * ((1 - u) * data[q + ahead] + u * data[q + ahead + right])
        out[at] = (1 - w) * lower + w * upper
      }
    }
  }
  return out
}
