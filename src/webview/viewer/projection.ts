import type { BoxMm, PointMm } from '../../shared/geometry/points.js'

/** A plane through the patient. */
export type Plane = 'axial' | 'coronal' | 'sagittal'

/** One plane on the screen: where it lies in CSS pixels and which millimetres it shows. */
export interface Tile {
  readonly plane: Plane
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** True where the patient's right is drawn on the left. */
  readonly mirrored: boolean
  /** Millimetres of the tile's low corner, along its horizontal and vertical axis. */
  readonly lowMm: readonly [number, number]
  readonly fovMm: readonly [number, number]
  /** A point on the plane: along its horizontal, vertical and third axis. */
  readonly originMm: PointMm
  /** How the third axis changes along the horizontal and vertical one; not zero for tilted scans. */
  readonly slope: readonly [number, number]
}

/** A place on the screen and how far from the plane the point lies. */
export interface Projected {
  readonly x: number
  readonly y: number
  readonly offPlaneMm: number
}

/** RAS axes drawn horizontally, vertically, and the one that the plane cuts. */
export const PLANE_AXES: Readonly<Record<Plane, readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2]>> = {
  axial: [0, 1, 2],
  coronal: [0, 2, 1],
  sagittal: [1, 2, 0],
}

/** Where the plane lies on its third axis, at a place along the other two. */
function depthAt(tile: Tile, alongH: number, alongV: number): number {
  return tile.originMm[2] + tile.slope[0] * (alongH - tile.originMm[0]) + tile.slope[1] * (alongV - tile.originMm[1])
}

/** Where a point of the patient lies on a tile. */
export function project(tile: Tile, point: PointMm): Projected {
  const [h, v, depth] = PLANE_AXES[tile.plane]
  const alongX = (point[h] - tile.lowMm[0]) / tile.fovMm[0]
  const alongY = (point[v] - tile.lowMm[1]) / tile.fovMm[1]
  return {
    x: tile.left + (tile.mirrored ? 1 - alongX : alongX) * tile.width,
    y: tile.top + (1 - alongY) * tile.height,
    offPlaneMm: Math.abs(point[depth] - depthAt(tile, point[h], point[v])),
  }
}

/** The point of the patient under a place on a tile. */
export function unproject(tile: Tile, x: number, y: number): PointMm {
  const [h, v, depth] = PLANE_AXES[tile.plane]
  const alongX = (x - tile.left) / tile.width
  const point: [number, number, number] = [0, 0, 0]
  point[h] = tile.lowMm[0] + (tile.mirrored ? 1 - alongX : alongX) * tile.fovMm[0]
  point[v] = tile.lowMm[1] + (1 - (y - tile.top) / tile.height) * tile.fovMm[1]
  point[depth] = depthAt(tile, point[h], point[v])
  return point
}

/** The tile under a place, or null. */
export function tileAt(tiles: readonly Tile[], x: number, y: number): Tile | null {
  return (
    tiles.find(
      (tile) => x >= tile.left && x <= tile.left + tile.width && y >= tile.top && y <= tile.top + tile.height,
    ) ?? null
  )
}

/** A box on a tile, and whether the plane cuts it. */
export function projectBox(
  tile: Tile,
  box: BoxMm,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly cut: boolean } {
  const a = project(tile, box.min)
  const b = project(tile, box.max)
  const [h, v, depth] = PLANE_AXES[tile.plane]
  const depthMm = depthAt(tile, (box.min[h] + box.max[h]) / 2, (box.min[v] + box.max[v]) / 2)
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
    cut: depthMm >= box.min[depth] && depthMm <= box.max[depth],
  }
}
