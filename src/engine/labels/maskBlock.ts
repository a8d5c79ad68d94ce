import type { CanonicalOrder } from '../../shared/geometry/orient.js'
import type { Size3 } from '../../shared/geometry/points.js'

/** Part of a volume as it is walked: `size` columns, rows and slices from `from` on. */
export interface MaskBlock {
  readonly from: Size3
  readonly size: Size3
}

/** Number of voxels in a block. */
export function blockVoxels({ size }: MaskBlock): number {
  return size[0] * size[1] * size[2]
}

/** Visits a block's voxels, columns fastest: place in the block, place in storage, slice of the block. */
export function forEachVoxel(
  { origin, strides }: Pick<CanonicalOrder, 'origin' | 'strides'>,
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
