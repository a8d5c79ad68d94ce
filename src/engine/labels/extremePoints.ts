import { applyAffine, type Affine } from '../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../shared/geometry/orient.js'
import { mapSides, SIDE_AXIS, type ExtremePoints, type PointMm, type Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { BoxVoxel } from '../../shared/structure.js'
import { isOnePiece } from './components.js'

/** Where one label is, found in one pass over the volume. */
export interface LabelExtent {
  readonly labelValue: number
  /** How many voxels it has. */
  readonly voxels: number
  /** Stored voxel indices, both ends inclusive. */
  readonly boxVoxel: BoxVoxel
}

/** One label of a label map as a template needs it. */
export interface LabelPoints extends LabelExtent {
  readonly points: ExtremePoints
  /** Points of the parts along the body, inferior to superior; empty when none were asked for. */
  readonly parts: readonly ExtremePoints[]
  readonly onePiece: boolean
}

/** Extent of every label but 0, by label value; one pass over the volume. */
export function labelExtents({ data, size }: Pick<LabelVolume, 'data' | 'size'>): readonly LabelExtent[] {
  const found = new Map<number, { voxels: number; min: [number, number, number]; max: [number, number, number] }>()
  const [nx, ny, nz] = size
  let at = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx;) {
        const value = data[at]
        const from = x
        do {
          x++
          at++
        } while (x < nx && data[at] === value)
        if (value === 0) continue
        let label = found.get(value)
        if (label === undefined) {
          label = { voxels: 0, min: [from, y, z], max: [x - 1, y, z] }
          found.set(value, label)
        }
        label.voxels += x - from
        label.min[0] = Math.min(label.min[0], from)
        label.min[1] = Math.min(label.min[1], y)
        label.max[0] = Math.max(label.max[0], x - 1)
        label.max[1] = Math.max(label.max[1], y)
        label.max[2] = z
      }
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([labelValue, { voxels, min, max }]) => ({ labelValue, voxels, boxVoxel: { min, max } }))
}

/**
 * The six extreme points of every label (docs/method.md, section 3.1), on the label map's own grid in closest-RAS
 * order: on each side the outermost plane of voxels, in it the middle voxel in raster order, which is
 * sure to belong to the label. A point's own coordinate is moved to the voxel's outer face.
 *
 * @param options.maxParts also points of at most so many parts along the body (docs/method.md, section 3.2
 *   and section 12): equal numbers of planes that together cover the whole label
 * @returns labels in order of their values, 0 left out
 */
export function extremePointsOfLabels(
  volume: LabelVolume,
  options: { readonly maxParts?: number } = {},
): readonly LabelPoints[] {
  const order = canonicalOrder(volume)
  return labelExtents(volume).map((extent) => {
    const box = canonicalBox(order, extent.boxVoxel)
    const mask: Mask = { data: volume.data, value: extent.labelValue, order, affine: order.affine }
    const planes = box.max[2] - box.min[2] + 1
    const count = Math.min(options.maxParts ?? 0, planes)
    const parts = Array.from({ length: count }, (_, i) => {
      const from = box.min[2] + Math.floor((i * planes) / count)
      const to = box.min[2] + Math.floor(((i + 1) * planes) / count) - 1
      return partPoints(mask, box, from, to)
    })
    return {
      ...extent,
      points: partPoints(mask, box, box.min[2], box.max[2]),
      parts,
      onePiece: isOnePiece(volume, extent),
    }
  })
}

interface Box {
  readonly min: Size3
  readonly max: Size3
}

interface Mask {
  readonly data: LabelVolume['data']
  readonly value: number
  readonly order: CanonicalOrder
  readonly affine: Affine
}

/** A box of stored indices in canonical ones. */
function canonicalBox({ ras, size }: CanonicalOrder, { min, max }: BoxVoxel): Box {
  const end = (canonical: 0 | 1 | 2, low: boolean): number => {
    const { axis, flip } = ras[canonical]
    return flip ? size[canonical] - 1 - (low ? max[axis] : min[axis]) : low ? min[axis] : max[axis]
  }
  return { min: mapAxes((axis) => end(axis, true)), max: mapAxes((axis) => end(axis, false)) }
}

/**
 * The six points of the planes `from` to `to` (canonical z, inclusive). Where a part has gaps, its lower
 * and upper walls are still the part's, so that parts leave no hole between them.
 */
function partPoints(mask: Mask, whole: Box, from: number, to: number): ExtremePoints {
  const filled = planesWithLabel(mask, whole, from, to)
  const [low, high] = filled ?? nearestPlane(mask, whole, from, to)
  const box = tighten(mask, { min: [whole.min[0], whole.min[1], low], max: [whole.max[0], whole.max[1], high] })
  return mapSides((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    const end = sign > 0 ? 'max' : 'min'
    const voxel = middleOfPlane(mask, box, axis, box[end][axis])
    const at: [number, number, number] = [voxel[0], voxel[1], Math.min(to, Math.max(from, voxel[2]))]
    const lastPlane = axis === 2 ? (sign > 0 ? to : from) : box[end][axis]
    at[axis] = lastPlane + (sign > 0 ? 0.5 : -0.5)
    return applyAffine(mask.affine, at)
  })
}

/** Visits the voxels of a mask inside a box; the visitor returns false to stop. */
function visit(
  { data, value, order }: Mask,
  { min, max }: Box,
  visitor: (x: number, y: number, z: number) => boolean,
): void {
  const [sx, sy, sz] = order.strides
  for (let z = min[2]; z <= max[2]; z++) {
    for (let y = min[1]; y <= max[1]; y++) {
      const row = order.origin + y * sy + z * sz
      for (let x = min[0]; x <= max[0]; x++) if (data[row + x * sx] === value && !visitor(x, y, z)) return
    }
  }
}

/** First and last plane with the label in a part, or null for an empty part. */
function planesWithLabel(mask: Mask, { min, max }: Box, from: number, to: number): readonly [number, number] | null {
  const holds = (z: number): boolean => {
    let any = false
    visit(mask, { min: [min[0], min[1], z], max: [max[0], max[1], z] }, () => {
      any = true
      return false
    })
    return any
  }
  let low = from
  while (low <= to && !holds(low)) low++
  if (low > to) return null
  let high = to
  while (!holds(high)) high--
  return [low, high]
}

/** The plane with the label that is nearest to an empty part. */
function nearestPlane(mask: Mask, whole: Box, from: number, to: number): readonly [number, number] {
  const below = planesWithLabel(mask, whole, whole.min[2], from - 1)
  const above = planesWithLabel(mask, whole, to + 1, whole.max[2])
  if (above === null || (below !== null && from - below[1] <= above[0] - to))
    return [below?.[1] ?? from, below?.[1] ?? from]
  return [above[0], above[0]]
}

/** The smallest box around the mask's voxels in a box that holds some. */
function tighten(mask: Mask, box: Box): Box {
  const min: [number, number, number] = [...box.max]
  const max: [number, number, number] = [...box.min]
  visit(mask, box, (x, y, z) => {
    if (x < min[0]) min[0] = x
    if (y < min[1]) min[1] = y
    if (z < min[2]) min[2] = z
    if (x > max[0]) max[0] = x
    if (y > max[1]) max[1] = y
    if (z > max[2]) max[2] = z
    return true
  })
  return { min, max }
}

/**
 * The middle voxel, in raster order, of a mask in the plane `axis = index` of a box. Rasters as in
 * docs/method.md, section 3.1, whose axes grow Superior, Anterior, Left: (y, x) for z, (x, z) for y, (z, y) for x, the
 * first slow.
 */
function middleOfPlane(mask: Mask, box: Box, axis: 0 | 1 | 2, index: number): PointMm {
  const min: [number, number, number] = [...box.min]
  const max: [number, number, number] = [...box.max]
  min[axis] = index
  max[axis] = index
  const voxels: PointMm[] = []
  visit(mask, { min, max }, (x, y, z) => {
    voxels.push([x, y, z])
    return true
  })
  const before: Record<0 | 1 | 2, (p: PointMm, q: PointMm) => number> = {
    0: (p, q) => p[2] - q[2] || p[1] - q[1],
    1: (p, q) => q[0] - p[0] || p[2] - q[2],
    2: (p, q) => p[1] - q[1] || q[0] - p[0],
  }
  return voxels.sort(before[axis])[Math.floor(voxels.length / 2)]
}
