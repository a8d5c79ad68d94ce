import type { LabelVolume, Volume } from '../../../shared/geometry/volume.js'
import { draftShareAt } from '../../volume/draftMask.js'
import { viewPointMm, type AxialView } from '../slices/axialView.js'
import { forEachVoxel } from '../../labels/maskBlock.js'
import { blockAround } from './blockAround.js'
import { fillBetweenSlices } from './fillBetweenSlices.js'
import { finishMasks, type StructureMask } from './finishMasks.js'
import type { OrganPlan } from '../slicePlan.js'

/** Organs that are new or better, and all masks so far: those of organs that have all their slices, and drafts of others. */
export interface EarlyMask {
  readonly masks: readonly StructureMask[]
  /** Whether they are drafts: the segmenter has not seen these organs yet. */
  readonly isDraft: boolean
  /** On the scan's grid; the same array every time, which the next organ changes. */
  readonly labels: LabelVolume
}

/** Paints the drafts of organs into a label map. */
function masksOfDrafts(
  scan: Volume<Int16Array | Float32Array>,
  view: AxialView,
  plans: readonly OrganPlan[],
  labels: LabelVolume,
): StructureMask[] {
  for (const { request, reach } of plans) {
    const { draft, structure } = request
    if (draft === undefined || reach.size === 0) continue
    const block = blockAround(reach)
    const [columns, rows] = block.size
    forEachVoxel(view, block, (inBlock, inStorage, slice) => {
      if (labels.data[inStorage] !== 0) return
      const [x, y] = [block.from[0] + (inBlock % columns), block.from[1] + (Math.floor(inBlock / columns) % rows)]
      const at = viewPointMm(view, x, y, block.from[2] + slice)
      if (draftShareAt(draft, at) >= draft.level) labels.data[inStorage] = structure.labelValue
    })
  }
  const drafted = plans.filter(({ request, reach }) => request.draft !== undefined && reach.size > 0)
  return finishMasks(
    scan,
    labels,
    view,
    drafted,
    drafted.map(() => []),
  )
}

/** Finishes organs while others still wait for their slices. */
export interface EarlyMasks {
  /** What the drafts say before the segmenter has seen anything; nothing where there are none. */
  drafts(plans: readonly OrganPlan[]): EarlyMask
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
    drafts: (plans) => ({ masks: masksOfDrafts(scan, view, plans, early), isDraft: true, labels: early }),
    async add(plan, iouPredictions) {
      const { labelValue } = plan.request.structure
      forEachVoxel(view, blockAround(plan.reach), (_inBlock, inStorage) => {
        if (early.data[inStorage] === labelValue) early.data[inStorage] = 0
        if (labels.data[inStorage] === labelValue) early.data[inStorage] = labelValue
      })
      if (sliceStep > 1) await fillBetweenSlices(early.data, view, [plan])
      const [mask] = finishMasks(scan, early, view, [plan], [iouPredictions])
      return { masks: [mask], isDraft: false, labels: early }
    },
  }
}
