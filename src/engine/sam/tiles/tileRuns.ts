import type { Volume } from '../../../shared/geometry/volume.js'
import type { Prompt, PromptMask } from '../prompts/prompt.js'
import type { MaskLogits, SliceEmbedding } from '../exports/exportLayout.js'
import type { OrganPlan } from '../slicePlan.js'
import type { Segmenter } from '../segmenter.js'
import type { AxialView } from '../slices/axialView.js'
import type { PixelBox, PixelRegion, WindowHu } from '../slices/sliceImage.js'
import { shifted, shiftToCell, slicesOfTile, type TileGrid } from './tileGrid.js'
import { tileImage } from './tileImage.js'

/** One organ on one slice of a tile. */
export interface OrganOnTile {
  /** Of the organ's plan. */
  readonly index: number
  readonly slice: number
  readonly box: PixelBox
}

/** A tile that is needed, and what for. */
export interface TileRun {
  /** All that the tile shows, lowest first. */
  readonly slices: readonly number[]
  /** Organs that are shown in the same window together, by slice, lowest first. */
  readonly windows: readonly { readonly windowHu: WindowHu; readonly organs: readonly OrganOnTile[] }[]
}

/**
 * The tiles that some organ needs, lowest first.
 * @param standard window of organs that ask for none
 */
export function planTiles(plans: readonly OrganPlan[], grid: TileGrid, view: AxialView, standard: WindowHu): TileRun[] {
  const tiles = new Map<number, { readonly slices: readonly number[]; readonly organs: OrganOnTile[] }>()
  plans.forEach(({ boxes, sampled }, index) => {
    for (const [slice, box] of boxes) {
      if (!sampled.has(slice)) continue
      const slices = slicesOfTile(grid, slice, view.size[2])
      const tile = tiles.get(slices[0])
      if (tile === undefined) tiles.set(slices[0], { slices, organs: [{ index, slice, box }] })
      else tile.organs.push({ index, slice, box })
    }
  })
  return [...tiles.values()]
    .sort((a, b) => a.slices[0] - b.slices[0])
    .map(({ slices, organs }) => ({ slices, windows: byWindow(plans, organs, standard) }))
}

function byWindow(plans: readonly OrganPlan[], organs: readonly OrganOnTile[], standard: WindowHu): TileRun['windows'] {
  const windows = new Map<string, { readonly windowHu: WindowHu; readonly organs: OrganOnTile[] }>()
  for (const organ of [...organs].sort((a, b) => a.slice - b.slice || a.index - b.index)) {
    const windowHu = plans[organ.index].request.windowHu ?? standard
    const key = `${windowHu.level}/${windowHu.width}`
    const window = windows.get(key)
    if (window === undefined) windows.set(key, { windowHu, organs: [organ] })
    else window.organs.push(organ)
  }
  return [...windows.values()]
}

/** A tile that was encoded. */
export interface EncodedTile {
  readonly grid: TileGrid
  readonly slices: readonly number[]
  readonly embedding: SliceEmbedding
}

/** Encodes a tile in a window. @throws MedlsamError `model` */
export async function encodeTile(
  segmenter: Segmenter,
  { data }: Pick<Volume<Int16Array | Float32Array>, 'data'>,
  view: AxialView,
  { grid, slices }: Omit<EncodedTile, 'embedding'>,
  windowHu: WindowHu,
): Promise<EncodedTile> {
  return { grid, slices, embedding: await segmenter.encodeTile(tileImage(data, view, grid, slices, windowHu)) }
}

/**
 * Runs the decoder for one slice of a tile. The mask ends where the slice ends on the tile.
 * @param prompt and `region` in pixels of the slice
 * @returns logits in pixels of the slice; null where the tile does not show the box, or nothing of the region
 * @throws MedlsamError `model`
 */
export async function decodeOnTile(
  segmenter: Segmenter,
  { grid, slices, embedding }: EncodedTile,
  slice: number,
  prompt: Prompt,
  region: PixelRegion,
): Promise<MaskLogits | null> {
  const shownRegion = common(region, grid.region)
  const box = prompt.box && common(prompt.box, grid.region)
  if (shownRegion === null || (prompt.box !== null && box === null)) return null
  const shift = shiftToCell(grid, slices.indexOf(slice))
  const onTile: Prompt = {
    box: box && shifted(box, shift),
    points: prompt.points.map(({ x, y, isInside }) => ({ x: x + shift.dx, y: y + shift.dy, isInside })),
    mask: prompt.mask && maskOnTile(prompt.mask, grid, shift),
  }
  const mask = await segmenter.decode(embedding, onTile, shifted(shownRegion, shift))
  return { ...mask, region: shownRegion }
}

/** The part of a mask that the tile shows, where it shows it; null for none. */
function maskOnTile(
  { region, data }: PromptMask,
  grid: TileGrid,
  shift: ReturnType<typeof shiftToCell>,
): PromptMask | null {
  const shown = common(region, grid.region)
  if (shown === null) return null
  const [width, shownWidth] = [region.x1 - region.x0, shown.x1 - shown.x0]
  const cut = new Float32Array(shownWidth * (shown.y1 - shown.y0))
  for (let y = shown.y0; y < shown.y1; y++) {
    const from = (y - region.y0) * width + shown.x0 - region.x0
    cut.set(data.subarray(from, from + shownWidth), (y - shown.y0) * shownWidth)
  }
  return { region: shifted(shown, shift), data: cut }
}

function common(a: PixelBox, b: PixelBox): PixelBox | null {
  const both = {
    x0: Math.max(a.x0, b.x0),
    y0: Math.max(a.y0, b.y0),
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
  }
  return both.x1 > both.x0 && both.y1 > both.y0 ? both : null
}
