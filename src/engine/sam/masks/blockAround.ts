import type { MaskBlock } from '../../labels/maskBlock.js'
import { unionPixels } from '../prompts/sliceBoxes.js'
import { regionAround, type PixelBox } from '../slices/sliceImage.js'

/** The block around the boxes of slices; there must be at least one. */
export function blockAround(boxes: ReadonlyMap<number, PixelBox>): MaskBlock {
  const { x0, y0, x1, y1 } = regionAround([...boxes.values()].reduce(unionPixels), Infinity, Infinity)
  const slices = [...boxes.keys()]
  const first = Math.min(...slices)
  return { from: [x0, y0, first], size: [x1 - x0, y1 - y0, Math.max(...slices) - first + 1] }
}
