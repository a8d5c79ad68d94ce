import type { Size3 } from '../../../shared/geometry/points.js'
import type { AxialView } from '../slices/axialView.js'
import { regionAround, type PixelBox } from '../slices/sliceImage.js'
import { unionPixels } from '../prompts/sliceBoxes.js'

/** Part of an axial view: `size` columns, rows and slices from `from` on. */
export interface MaskBlock {
  readonly from: Size3
  readonly size: Size3
}

/** The block around the boxes of slices; there must be at least one. */
export function blockAround(boxes: ReadonlyMap<number, PixelBox>): MaskBlock {
  const { x0, y0, x1, y1 } = regionAround([...boxes.values()].reduce(unionPixels), Infinity, Infinity)
  const slices = [...boxes.keys()]
  const first = Math.min(...slices)
  return { from: [x0, y0, first], size: [x1 - x0, y1 - y0, Math.max(...slices) - first + 1] }
}

/** Number of voxels in a block. */
export function blockVoxels({ size }: MaskBlock): number {
  return size[0] * size[1] * size[2]
}

/** Visits a block's voxels, columns fastest: place in the block, place in storage, slice of the block. */
export function forEachVoxel(
  { origin, strides }: AxialView,
  { from, size }: MaskBlock,
  visit: (inBlock: number, inStorage: number, slice: number) => void,
): void {
  let inBlock = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let inStorage = origin + from[0] * strides[0] + (from[1] + y) * strides[1] + (from[2] + z) * strides[2]
      for (let x = 0; x < size[0]; x++, inStorage += strides[0]) visit(inBlock++, inStorage, z)
    }
  }
}
