import { spacingMm } from '../../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../../shared/geometry/orient.js'
import type { PointMm, Size3 } from '../../../shared/geometry/points.js'
import { mapAxes } from '../../../shared/geometry/vector.js'
import type { LabelVolume } from '../../../shared/geometry/volume.js'
import type { BoxVoxel } from '../../../shared/structure.js'
import { blockVoxels, forEachVoxel, type MaskBlock } from '../../labels/maskBlock.js'

/** A mask: 1 inside, 0 outside, x fastest. */
export interface SpacedMask {
  readonly data: Uint8Array
  readonly size: Size3
  readonly spacingMm: PointMm
}

/** The voxels whose value passes a test. */
export function maskWhere(values: Float32Array | Float64Array, isInside: (value: number) => boolean): Uint8Array {
  const mask = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at++) if (isInside(values[at])) mask[at] = 1
  return mask
}

/** One structure cut out of a label map in closest-RAS order: z runs from the feet to the head. */
export interface StructureMask extends SpacedMask {
  readonly order: CanonicalOrder
  /** Where it lies among the canonical voxels. */
  readonly block: MaskBlock
}

/**
 * Cuts a structure out with a margin; never beyond the volume, so that what the field of view cuts is no border.
 * @param boxVoxel of the structure, stored voxels, both ends inclusive
 */
export function cutStructure(
  labels: LabelVolume,
  { labelValue, boxVoxel }: { readonly labelValue: number; readonly boxVoxel: BoxVoxel },
  marginMm: number,
): StructureMask {
  const order = canonicalOrder(labels)
  const spacing = spacingMm(order.affine)
  const reach = mapAxes((axis) => Math.ceil(marginMm / spacing[axis]))
  const low = (axis: 0 | 1 | 2): number => canonicalEnd(order, boxVoxel, axis, 'min') - reach[axis]
  const high = (axis: 0 | 1 | 2): number => canonicalEnd(order, boxVoxel, axis, 'max') + reach[axis]
  const from = mapAxes((axis) => Math.max(0, low(axis)))
  const size = mapAxes((axis) => Math.min(order.size[axis] - 1, high(axis)) - from[axis] + 1)
  const block = { from, size }
  const data = new Uint8Array(blockVoxels(block))
  forEachVoxel(order, block, (inBlock, inStorage) => {
    if (labels.data[inStorage] === labelValue) data[inBlock] = 1
  })
  return { data, size, spacingMm: spacing, order, block }
}

/** The block as a box of stored voxels, both ends inclusive. */
export function storedBox({ order: { ras, size }, block }: StructureMask): BoxVoxel {
  const min: [number, number, number] = [0, 0, 0]
  const max: [number, number, number] = [0, 0, 0]
  ras.forEach(({ axis, flip }, canonical) => {
    const [first, last] = [block.from[canonical], block.from[canonical] + block.size[canonical] - 1]
    min[axis] = flip ? size[canonical] - 1 - last : first
    max[axis] = flip ? size[canonical] - 1 - first : last
  })
  return { min, max }
}

/** Where a box of stored voxels begins or ends along a patient axis, in canonical voxels. */
export function canonicalEnd(
  { ras, size }: CanonicalOrder,
  box: BoxVoxel,
  canonical: 0 | 1 | 2,
  end: 'min' | 'max',
): number {
  const { axis, flip } = ras[canonical]
  return flip ? size[canonical] - 1 - box[end === 'min' ? 'max' : 'min'][axis] : box[end][axis]
}
