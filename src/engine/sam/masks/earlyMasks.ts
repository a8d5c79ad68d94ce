import type { LabelVolume, Volume } from '../../../shared/geometry/volume.js'
import type { AxialView } from '../slices/axialView.js'
import { blockAround, forEachVoxel } from './maskBlock.js'
import { fillBetweenSlices } from './fillBetweenSlices.js'
import { finishMasks, type StructureMask } from './finishMasks.js'
import type { OrganPlan } from '../slicePlan.js'

/** An organ that has all its slices, and the masks of all organs that have. */
export interface EarlyMask {
  readonly mask: StructureMask
  /** On the scan's grid; the same array every time, which the next organ changes. */
  readonly labels: LabelVolume
}

/** Finishes organs while others still wait for their slices. */
export interface EarlyMasks {
  add(plan: OrganPlan, iouPredictions: readonly number[]): Promise<EarlyMask>
}

/**
 * Keeps a label map of its own for organs that are done, so that looking early changes nothing in the end.
 * Each is finished as if it were alone: neighbours can still take a few voxels between sampled slices.
 */
export function keepEarlyMasks(
  scan: Volume<Int16Array | Float32Array>,
  labels: Volume<Uint8Array | Uint16Array>,
  view: AxialView,
  sliceStep: number,
): EarlyMasks {
  const early: Volume<Uint8Array | Uint16Array> = { ...labels, data: labels.data.slice().fill(0) }
  return {
    async add(plan, iouPredictions) {
      const { labelValue } = plan.request.structure
      forEachVoxel(view, blockAround(plan.reach), (_inBlock, inStorage) => {
        if (labels.data[inStorage] === labelValue) early.data[inStorage] = labelValue
      })
      if (sliceStep > 1) await fillBetweenSlices(early.data, view, [plan])
      const [mask] = finishMasks(scan, early, view, [plan], [iouPredictions])
      return { mask, labels: early }
    },
  }
}
