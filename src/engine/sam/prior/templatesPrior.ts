import { COVER_CELLS, COVER_REACH, FULL_COVER, HU_BINS, huBin, type OrganPrior } from '../../../shared/organPrior.js'
import type { PixelBox } from '../slices/sliceImage.js'

/** What the templates together say about an organ, in log odds. */
export interface TemplatesPrior {
  /** That a cell of the cover grid belongs to the organ. */
  readonly cover: Float32Array
  /** That a voxel of this HU bin belongs to it, rather than to its surroundings. */
  readonly hu: Float32Array
}

/** HU alone never decide: air can be labelled, and contrast agent changes a vessel. */
const MOST_HU_LOG_ODDS = 3

/**
 * Joins the priors of an organ in several templates. Each template counts as one observation beside half
 * a yes and half a no, so that few templates say less than many.
 * @returns null without templates
 */
export function templatesPrior(templates: readonly OrganPrior[]): TemplatesPrior | null {
  if (templates.length === 0) return null
  const cover = Float32Array.from(templates[0].cover, (_, cell) => {
    const covered = templates.reduce((sum, template) => sum + template.cover[cell] / FULL_COVER, 0)
    return Math.log((covered + 0.5) / (templates.length - covered + 0.5))
  })
  const organ = smoothShares(templates.map(({ organHu }) => organHu))
  const surroundings = smoothShares(templates.map(({ surroundingsHu }) => surroundingsHu))
  const hu = organ.map((share, bin) =>
    Math.max(-MOST_HU_LOG_ODDS, Math.min(MOST_HU_LOG_ODDS, Math.log(share / surroundings[bin]))),
  )
  return { cover, hu }
}

/** Mean histogram over templates, smoothed over neighbouring bins; no bin is empty. */
function smoothShares(histograms: readonly Uint16Array[]): Float32Array {
  const mean = (bin: number): number =>
    histograms.reduce((sum, histogram) => sum + (histogram[bin] ?? 0), 0) / (10_000 * histograms.length)
  return Float32Array.from(
    { length: HU_BINS.count },
    (_, bin) => (mean(bin) + (mean(bin - 1) + mean(bin + 1)) / 2 + 0.001) / 2,
  )
}

/**
 * Log odds that the voxels of a slice belong to the organ, by where they lie in its box and by their HU.
 * @param height Where the slice lies between the organ's lowest (0) and highest (1).
 */
export function oddsOnSlice(
  prior: TemplatesPrior,
  box: PixelBox,
  height: number,
): (x: number, y: number, hu: number) => number {
  const { columns, rows, slices } = COVER_CELLS
  const [low, high, t] = between(height * slices - 0.5, slices)
  const slice = Float32Array.from(
    { length: columns * rows },
    (_, i) => prior.cover[low * columns * rows + i] * (1 - t) + prior.cover[high * columns * rows + i] * t,
  )
  return (x, y, hu) => {
    const [x0, x1, tx] = between(placeOnGrid(x + 0.5, box.x0, box.x1) * columns - 0.5, columns)
    const [y0, y1, ty] = between(placeOnGrid(y + 0.5, box.y0, box.y1) * rows - 0.5, rows)
    const upper = slice[y0 * columns + x0] * (1 - tx) + slice[y0 * columns + x1] * tx
    const lower = slice[y1 * columns + x0] * (1 - tx) + slice[y1 * columns + x1] * tx
    return upper * (1 - ty) + lower * ty + prior.hu[huBin(hu)]
  }
}

/** 0 to 1 across the cover grid. */
function placeOnGrid(at: number, from: number, to: number): number {
  return ((at - from) / (to - from) + COVER_REACH) / (1 + 2 * COVER_REACH)
}

/** The two cells around a place, and how far it is towards the second; places beyond the grid take its edge. */
function between(place: number, cells: number): readonly [number, number, number] {
  const inside = Math.min(cells - 1, Math.max(0, place))
  const low = Math.min(cells - 2, Math.floor(inside))
  return [low, low + 1, inside - low]
}
