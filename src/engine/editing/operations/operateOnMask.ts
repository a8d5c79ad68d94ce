import { applyAffine, invertAffine } from '../../../shared/geometry/affine.js'
import type { MaskOperation } from '../../../shared/maskOperation.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { keepLargestComponent, removeComponentsBelow } from '../../labels/maskComponents.js'
import { copySlice } from './copySlice.js'
import { fillBetween } from './fillBetween.js'
import { fillHoles } from './fillHoles.js'
import { grow, shrink } from './moveSurface.js'
import { REACH, smooth } from './smooth.js'
import type { StructureMask } from './structureMask.js'

/** How far beyond a structure an operation may need to see, in mm. */
export function operationReachMm(operation: MaskOperation, sliceMm: number): number {
  switch (operation.kind) {
    case 'fillBetween':
    case 'fillHoles':
    case 'keepLargest':
    case 'removeIslands':
    case 'shrink':
      // One voxel of what is around it.
      return Number.EPSILON
    case 'grow':
      return operation.byMm
    case 'smooth':
      return REACH * operation.byMm
    case 'copySlice':
      return sliceMm
  }
}

/**
 * The mask after an operation, on its own block.
 * @param editedSlices canonical axial slices that were edited
 * @throws MedlsamError `input` where nothing would be left
 */
export async function operateOnMask(
  mask: StructureMask,
  operation: MaskOperation,
  editedSlices: readonly number[],
): Promise<Uint8Array> {
  const { data, size, spacingMm, order, block } = mask
  switch (operation.kind) {
    case 'fillBetween': {
      const all = Array.from({ length: size[2] }, (_, slice) => slice)
      return fillBetween(mask, operation.from === 'all' ? all : editedSlices.map((slice) => slice - block.from[2]))
    }
    case 'fillHoles':
      return fillHoles(mask, operation.within)
    case 'keepLargest':
      return onCopy(data, (copy) => keepLargestComponent(copy, size))
    case 'removeIslands': {
      const voxels = (1000 * operation.belowMl) / (spacingMm[0] * spacingMm[1] * spacingMm[2])
      return onCopy(data, (copy) => removeComponentsBelow(copy, size, voxels))
    }
    case 'grow':
      return grow(mask, operation.byMm)
    case 'shrink': {
      const left = shrink(mask, operation.byMm)
      if (!left.includes(1))
        throw new MedlsamError('input', `Nothing would be left after shrinking by ${operation.byMm} mm: take less.`)
      return left
    }
    case 'smooth':
      return smooth(mask, operation.byMm)
    case 'copySlice': {
      const from = Math.round(applyAffine(invertAffine(order.affine), operation.atMm)[2]) - block.from[2]
      if (
        from < 0 ||
        from >= size[2] ||
        !data.subarray(from * size[0] * size[1], (from + 1) * size[0] * size[1]).includes(1)
      )
        throw new MedlsamError(
          'input',
          'The slice at the crosshair holds nothing of the structure: go to one that does.',
        )
      return copySlice(mask, from, from + (operation.toward === 'superior' ? 1 : -1))
    }
  }
}

function onCopy(data: Uint8Array, change: (copy: Uint8Array) => unknown): Uint8Array {
  const copy = data.slice()
  change(copy)
  return copy
}
