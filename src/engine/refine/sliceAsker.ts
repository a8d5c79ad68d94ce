import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { Scan } from '../../shared/geometry/volume.js'
import type { Prompt } from '../sam/prompts/prompt.js'
import type { Segmenter } from '../sam/segmenter.js'
import type { AxialView } from '../sam/slices/axialView.js'
import type { PixelRegion, WindowHu } from '../sam/slices/sliceImage.js'
import { slicesOfTile, type TileGrid } from '../sam/tiles/tileGrid.js'
import { decodeOnTile, encodeTile, type EncodedTile } from '../sam/tiles/tileRuns.js'
import type { PixelMask } from './pixelMask.js'

/** What slices are shown of, and how. */
export interface ShownScan {
  readonly scan: Pick<Scan, 'data'>
  readonly view: AxialView
  readonly grid: TileGrid
  readonly windowHu: WindowHu
}

/** Asks a segmenter about single slices; tiles that were encoded are kept as long as it lives. */
export class SliceAsker {
  private readonly tiles = new Map<number, EncodedTile>()

  constructor(
    readonly segmenter: Segmenter,
    private readonly shown: ShownScan,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * The pixels of a slice that the segmenter takes for inside, among those of `region`.
   * @throws MedlsamError `model`, `cancelled`
   */
  async ask(slice: number, prompt: Prompt, region: PixelRegion): Promise<PixelMask> {
    throwIfCancelled(this.signal)
    const tile = await this.tileOf(slice)
    throwIfCancelled(this.signal)
    const answer = await decodeOnTile(this.segmenter, tile, slice, prompt, region)
    const [width, height] = this.shown.view.size
    const data = new Uint8Array(width * height)
    if (answer !== null) {
      const { x0, y0, x1, y1 } = answer.region
      let at = 0
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (answer.data[at++] > 0) data[y * width + x] = 1
    }
    return { width, height, data }
  }

  private async tileOf(slice: number): Promise<EncodedTile> {
    const { scan, view, grid, windowHu } = this.shown
    const slices = slicesOfTile(grid, slice, view.size[2])
    const known = this.tiles.get(slices[0])
    if (known !== undefined) return known
    const tile = await encodeTile(this.segmenter, scan, view, { grid, slices }, windowHu)
    this.tiles.set(slices[0], tile)
    return tile
  }
}
