import type { BoxMm } from '../../../shared/geometry/points.js'
import { applyAffine, invertAffine } from '../../../shared/geometry/affine.js'
import type { Volume } from '../../../shared/geometry/volume.js'
import { bodyRegion } from './bodyRegion.js'
import type { AxialView } from '../slices/axialView.js'
import { regionAround, type PixelBox, type PixelRegion } from '../slices/sliceImage.js'

/** What an encoding shows. */
export interface Shown {
  /** The part of every slice that is shown: a box and {@link AROUND_MM} around it, what is not air, or all. */
  readonly region: BoxMm | 'body' | 'whole'
  /** So many slices beside each other along the longer side of a tile; 1 shows one slice at a time. */
  readonly slicesPerSide: number
  /** Of organs that are known on every slice, slices are shown that lie at most so many mm apart; 0 for every slice. */
  readonly apartMm: number
}

/** Whole slices, every one, one at a time. */
export const WHOLE_SLICES: Shown = { region: 'whole', slicesPerSide: 1, apartMm: 0 }

/**
 * A tile is the picture that is encoded: the same region of `columns` x `rows` slices, row by row, the lowest first.
 */
export interface TileGrid {
  /** Pixels of a slice that a cell shows. */
  readonly region: PixelRegion
  readonly columns: number
  readonly rows: number
  /** A tile holds every so many slices. */
  readonly step: number
}

/** Surroundings tell where an organ ends: so much around the region is shown, as when the mosaic was chosen. */
export const AROUND_MM = 20

/**
 * How the slices of a view are put on tiles. Along the shorter side of the region there is room for more slices; the
 * pixels stay as large.
 */
export function tileGrid(
  scan: Pick<Volume, 'data'>,
  view: AxialView,
  { region: wanted, slicesPerSide, apartMm }: Shown,
): TileGrid {
  const region = regionOnView(scan, view, wanted)
  const step = Math.max(1, Math.floor(apartMm / view.spacingMm[2] + 1e-6))
  if (slicesPerSide <= 1) return { region, columns: 1, rows: 1, step }
  const widthMm = (region.x1 - region.x0) * view.spacingMm[0]
  const heightMm = (region.y1 - region.y0) * view.spacingMm[1]
  const fitting = (mm: number): number =>
    Math.min(2 * slicesPerSide, Math.floor((slicesPerSide * Math.max(widthMm, heightMm)) / mm + 1e-6))
  return { region, columns: fitting(widthMm), rows: fitting(heightMm), step }
}

function wholeSlice({ size: [columns, rows] }: AxialView): PixelRegion {
  return { x0: 0, y0: 0, x1: columns, y1: rows }
}

function regionOnView({ data }: Pick<Volume, 'data'>, view: AxialView, wanted: Shown['region']): PixelRegion {
  switch (wanted) {
    case 'whole':
      return wholeSlice(view)
    case 'body':
      return bodyRegion(data, view)
    default:
      return regionOfBox(view, wanted)
  }
}

/** The pixels that show a box and what is around it, on whichever slice; the whole slice where it lies elsewhere. */
function regionOfBox(view: AxialView, { min, max }: BoxMm): PixelRegion {
  const toView = invertAffine(view.affine)
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    applyAffine(toView, [
      corner & 1 ? max[0] + AROUND_MM : min[0] - AROUND_MM,
      corner & 2 ? max[1] + AROUND_MM : min[1] - AROUND_MM,
      corner & 4 ? max[2] : min[2],
    ]),
  )
  const along = (axis: 0 | 1): number[] => corners.map((corner) => corner[axis])
  const box = {
    x0: Math.min(...along(0)) + 0.5,
    y0: Math.min(...along(1)) + 0.5,
    x1: Math.max(...along(0)) + 0.5,
    y1: Math.max(...along(1)) + 0.5,
  }
  const region = regionAround(box, view.size[0], view.size[1])
  return region.x1 > region.x0 && region.y1 > region.y0 ? region : wholeSlice(view)
}

/**
 * The slices of the tile that a slice is on, lowest first. Counted from the scan's lowest slice, whatever is looked for,
 * so that a tile never depends on the organs.
 */
export function slicesOfTile({ columns, rows, step }: TileGrid, slice: number, sliceCount: number): readonly number[] {
  const cells = columns * rows
  const first = Math.floor(Math.floor(slice / step) / cells) * cells * step + (slice % step)
  return Array.from({ length: cells }, (_, cell) => first + cell * step).filter((one) => one < sliceCount)
}

/** What to add to a slice's pixels to have those of a tile on which it takes this cell. */
export function shiftToCell({ region, columns }: TileGrid, cell: number): { readonly dx: number; readonly dy: number } {
  const [column, row] = [cell % columns, Math.floor(cell / columns)]
  return {
    dx: column * (region.x1 - region.x0) - region.x0,
    dy: row * (region.y1 - region.y0) - region.y0,
  }
}

/** A box or region that is moved by whole pixels. */
export function shifted<Box extends PixelBox>(box: Box, { dx, dy }: { readonly dx: number; readonly dy: number }): Box {
  return { ...box, x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy }
}
