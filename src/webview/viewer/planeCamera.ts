import type { PointMm } from '../../shared/geometry/points.js'
import type { PlaneFit } from './bodyBox.js'
import { slopeOf, type PlaneSlice } from './planeSlice.js'
import { PLANE_AXES, unproject, type Plane, type Tile } from './projection.js'
import type { Cell } from './stageLayout.js'

/** How a plane is looked at, as told from the view that just holds the body. */
export interface PlaneCamera {
  readonly zoom: number
  /** Along the plane's horizontal and vertical axis. */
  readonly panMm: readonly [number, number]
}

/** The body fills the plane. */
export const FITTED: PlaneCamera = { zoom: 1, panMm: [0, 0] }

const MIN_ZOOM = 0.2
const MAX_ZOOM = 60
/** A little air around the body. */
const MARGIN = 1.02

/** What a plane shows: the whole cell is filled. */
export function tileOf(cell: Cell, slice: PlaneSlice, camera: PlaneCamera, fit: PlaneFit, radiological: boolean): Tile {
  const mmPerPx = (MARGIN * Math.max(fit.sizeMm[0] / cell.width, fit.sizeMm[1] / cell.height)) / camera.zoom
  const fovMm = [cell.width * mmPerPx, cell.height * mmPerPx] as const
  const centre = [fit.centreMm[0] + camera.panMm[0], fit.centreMm[1] + camera.panMm[1]] as const
  return {
    plane: slice.plane,
    left: cell.left,
    top: cell.top,
    width: cell.width,
    height: cell.height,
    // The nose points to the left in sagittal planes.
    mirrored: slice.plane === 'sagittal' || radiological,
    lowMm: [centre[0] - fovMm[0] / 2, centre[1] - fovMm[1] / 2],
    fovMm,
    originMm: slice.cornerMm,
    slope: slopeOf(slice),
  }
}

/** Zooms by a factor; what is at (x, y) on the screen stays there. */
export function zoomedAt(
  camera: PlaneCamera,
  tile: Tile,
  [x, y]: readonly [number, number],
  factor: number,
): PlaneCamera {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, camera.zoom * factor))
  const [h, v] = PLANE_AXES[tile.plane]
  const point = unproject(tile, x, y)
  const shrink = 1 - camera.zoom / zoom
  const move = (axis: 0 | 1 | 2, at: 0 | 1): number =>
    camera.panMm[at] + (point[axis] - (tile.lowMm[at] + tile.fovMm[at] / 2)) * shrink
  return { zoom, panMm: [move(h, 0), move(v, 1)] }
}

/** Moves the picture by pixels of the screen. */
export function panned(camera: PlaneCamera, tile: Tile, dx: number, dy: number): PlaneCamera {
  const mmX = (dx * tile.fovMm[0]) / tile.width
  const mmY = (dy * tile.fovMm[1]) / tile.height
  return { ...camera, panMm: [camera.panMm[0] + (tile.mirrored ? mmX : -mmX), camera.panMm[1] + mmY] }
}

/** Moves a point into the middle where it is not in view. */
export function revealed(camera: PlaneCamera, tile: Tile, point: PointMm): PlaneCamera {
  const [h, v] = PLANE_AXES[tile.plane]
  const isOut = ([h, v] as const).some((axis, at) => {
    const along = (point[axis] - tile.lowMm[at]) / tile.fovMm[at]
    return along < 0.04 || along > 0.96
  })
  if (!isOut) return camera
  const move = (axis: 0 | 1 | 2, at: 0 | 1): number =>
    camera.panMm[at] + point[axis] - (tile.lowMm[at] + tile.fovMm[at] / 2)
  return { ...camera, panMm: [move(h, 0), move(v, 1)] }
}

/** The three cameras, each by its plane. */
export type PlaneCameras = Readonly<Record<Plane, PlaneCamera>>

/** The body fills every plane. */
export const ALL_FITTED: PlaneCameras = { axial: FITTED, coronal: FITTED, sagittal: FITTED }
