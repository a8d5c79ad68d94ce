import { determinant } from '../../../shared/geometry/affine.js'
import type { LabelVolume, Volume } from '../../../shared/geometry/volume.js'
import type { AxialView } from '../slices/axialView.js'
import { blockVoxels, forEachVoxel, type MaskBlock } from '../../labels/maskBlock.js'
import { blockAround } from './blockAround.js'
import { fillHolesPerSlice, keepLargestComponent } from '../../labels/maskComponents.js'
import type { OrganPlan } from '../slicePlan.js'

/** What became of one organ. */
export type StructureMask =
  | {
      readonly status: 'segmented'
      readonly name: string
      readonly labelValue: number
      readonly voxels: number
      readonly volumeMl: number
      readonly meanHu: number
      /** Slices inside the box on which the model found nothing. */
      readonly emptySlices: number
      /** Mean of the model's own estimate of its masks' overlap with the truth. */
      readonly meanIouPrediction: number
    }
  | {
      readonly status: 'failed'
      readonly name: string
      readonly labelValue: number
      /** One sentence. */
      readonly reason: string
    }

/**
 * Cleans every organ's mask in the label map, in place, and measures it: stray pieces go where the
 * organ is one piece, holes are filled where no other organ is.
 */
export function finishMasks(
  scan: Volume<Int16Array | Float32Array>,
  labels: LabelVolume,
  view: AxialView,
  plans: readonly OrganPlan[],
  iouPredictions: readonly (readonly number[])[],
): StructureMask[] {
  return plans.map(({ request, boxes, reach }, index) => {
    const { name, labelValue } = request.structure
    if (boxes.size === 0)
      return { status: 'failed', name, labelValue, reason: `The box of ${name} lies outside the scan.` }

    const block = blockAround(reach)
    const place = { labels, view, block, labelValue }
    const mask = cutMask(place)
    if (request.onePiece === true) keepLargestComponent(mask, block.size)
    fillHolesPerSlice(mask, block.size)
    const { voxels, sumHu, filledSlices } = writeMask(scan, place, mask)
    if (voxels === 0)
      return { status: 'failed', name, labelValue, reason: `The segmenter found nothing in the box of ${name}.` }
    const predictions = iouPredictions[index]
    return {
      status: 'segmented',
      name,
      labelValue,
      voxels,
      volumeMl: (voxels * Math.abs(determinant(scan.affine))) / 1000,
      meanHu: sumHu / voxels,
      emptySlices: boxes.size - filledSlices,
      meanIouPrediction: predictions.reduce((sum, value) => sum + value, 0) / Math.max(1, predictions.length),
    }
  })
}

/** Where an organ's mask lies in the label map. */
interface MaskPlace {
  readonly labels: LabelVolume
  readonly view: AxialView
  readonly block: MaskBlock
  readonly labelValue: number
}

function cutMask({ labels: { data }, view, block, labelValue }: MaskPlace): Uint8Array {
  const mask = new Uint8Array(blockVoxels(block))
  forEachVoxel(view, block, (inBlock, inStorage) => {
    if (data[inStorage] === labelValue) mask[inBlock] = 1
  })
  return mask
}

function writeMask(
  scan: Volume<Int16Array | Float32Array>,
  { labels: { data }, view, block, labelValue }: MaskPlace,
  mask: Uint8Array,
): { readonly voxels: number; readonly sumHu: number; readonly filledSlices: number } {
  let voxels = 0
  let sumHu = 0
  const filled = new Set<number>()
  forEachVoxel(view, block, (inBlock, inStorage, slice) => {
    const ours = data[inStorage] === labelValue
    if (mask[inBlock] === 0) {
      if (ours) data[inStorage] = 0
      return
    }
    if (!ours && data[inStorage] !== 0) return
    data[inStorage] = labelValue
    voxels += 1
    sumHu += scan.data[inStorage]
    filled.add(slice)
  })
  return { voxels, sumHu, filledSlices: filled.size }
}
