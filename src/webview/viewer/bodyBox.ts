import { applyAffine } from '../../shared/geometry/affine.js'
import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { coarseGrid, type CoarseGrid } from './coarseGrid.js'
import type { ImageVolume } from './imageVolume.js'
import { largestPiece } from './largestPiece.js'
import { PLANE_AXES, type Plane } from './projection.js'

/** Between air and skin, in HU. */
const SKIN_HU = -350
/** An image whose darkest voxel lies below counts as CT. */
const AIR_HU = -500
/** A plane is fitted across to what at least this share of its slices reach: shoulders do not make a neck small. */
const REACHED_BY = 0.45

/** The part of a plane that is shown first. */
export interface PlaneFit {
  readonly centreMm: readonly [number, number]
  readonly sizeMm: readonly [number, number]
}

/** What a coarse look at an image tells. */
export interface ImageSurvey {
  /** Around the body; around everything where no body stands out. */
  readonly bodyMm: BoxMm
  readonly fits: Readonly<Record<Plane, PlaneFit>>
  readonly isCt: boolean
  /** Values that 2 and 98 of 100 voxels do not exceed. */
  readonly range: readonly [number, number]
}

/** Looks at every few voxels of an image. */
export function surveyImage(volume: ImageVolume): ImageSurvey {
  const grid = coarseGrid(volume)
  const sorted = Float32Array.from(grid.values.filter(Number.isFinite)).sort()
  const part = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const isCt = sorted.length > 0 && sorted[0] < AIR_HU
  const skin = isCt ? SKIN_HU : part(0.02) + 0.15 * (part(0.98) - part(0.02))
  const inside = Uint8Array.from(grid.values, (value) => (value > skin ? 1 : 0))
  return { isCt, range: [part(0.02), part(0.98)], ...placeOf(grid, largestPiece(inside, grid.size), REACHED_BY) }
}

/** The same of a label map, all of whose labels count. */
export function surveyLabels(volume: ImageVolume): ImageSurvey {
  const grid = coarseGrid(volume)
  const inside = Uint8Array.from(grid.values, (value) => (value === 0 ? 0 : 1))
  return { isCt: false, range: [0, 1], ...placeOf(grid, inside, 0) }
}

function placeOf(grid: CoarseGrid, body: Uint8Array, reachedBy: number): Pick<ImageSurvey, 'bodyMm' | 'fits'> {
  const fitOf = (plane: Plane): PlaneFit => planeFit(grid, body, plane, reachedBy)
  return {
    bodyMm: boxInMm(
      grid,
      mapAxes((axis) => reach(body, grid.size, axis, null, 0).first),
      mapAxes((axis) => reach(body, grid.size, axis, null, 0).last),
    ),
    fits: { axial: fitOf('axial'), coronal: fitOf('coronal'), sagittal: fitOf('sagittal') },
  }
}

function planeFit(grid: CoarseGrid, body: Uint8Array, plane: Plane, reachedBy: number): PlaneFit {
  const [h, v, depth] = PLANE_AXES[plane]
  // From head to foot all of it is shown.
  const reached = ([0, 1, 2] as const).map((axis) =>
    axis === 2 ? reach(body, grid.size, axis, null, 0) : reach(body, grid.size, axis, depth, reachedBy),
  )
  const { min, max } = boxInMm(
    grid,
    mapAxes((axis) => reached[axis].first),
    mapAxes((axis) => reached[axis].last),
  )
  return {
    centreMm: [(min[h] + max[h]) / 2, (min[v] + max[v]) / 2],
    sizeMm: [max[h] - min[h], max[v] - min[v]],
  }
}

/**
 * From where to where the body reaches along an axis, as told by the slices across `depth`: places that more than `share`
 * of those slices reach that reach any. Without a depth, or along it, any voxel counts.
 */
function reach(
  body: Uint8Array,
  size: Size3,
  axis: 0 | 1 | 2,
  depth: 0 | 1 | 2 | null,
  share: number,
): { readonly first: number; readonly last: number } {
  const across = depth === null || depth === axis ? axis : depth
  const hit = new Uint8Array(size[axis] * size[across])
  let at = 0
  const place = [0, 0, 0]
  for (place[2] = 0; place[2] < size[2]; place[2]++)
    for (place[1] = 0; place[1] < size[1]; place[1]++)
      for (place[0] = 0; place[0] < size[0]; place[0]++)
        if (body[at++] !== 0) hit[place[axis] * size[across] + place[across]] = 1
  const counts = Array.from({ length: size[axis] }, (_, along) =>
    hit.subarray(along * size[across], (along + 1) * size[across]).reduce((sum, one) => sum + one, 0),
  )
  const enough = share * Math.max(...counts)
  const isReached = (count: number): boolean => count > enough
  const first = counts.findIndex(isReached)
  return first < 0 ? { first: 0, last: size[axis] - 1 } : { first, last: counts.findLastIndex(isReached) }
}

/** Around coarse voxels and half a step more. */
function boxInMm({ step, order }: CoarseGrid, first: PointMm, last: PointMm): BoxMm {
  const low = mapAxes((axis) => Math.max(-0.5, (first[axis] - 0.5) * step[axis]))
  const high = mapAxes((axis) => Math.min(order.size[axis] - 0.5, (last[axis] + 0.5) * step[axis]))
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    applyAffine(
      order.affine,
      mapAxes((axis) => (((corner >> axis) & 1) === 1 ? high[axis] : low[axis])),
    ),
  )
  return {
    min: mapAxes((axis) => Math.min(...corners.map((corner) => corner[axis]))),
    max: mapAxes((axis) => Math.max(...corners.map((corner) => corner[axis]))),
  }
}
