import type { BoxMm } from '../../shared/geometry/points.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import { RunWriter, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { defined } from '../../shared/defined.js'
import { sortedOnto } from '../labels/sortedOnto.js'
import { segmentScan, type SegmentControl } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import type { SlicePlanRequest } from '../sam/slicePlan.js'
import type { Shown } from '../sam/tiles/tileGrid.js'

/** A structure to segment again. */
export interface BoxTask {
  readonly scan: Pick<Scan, 'data' | 'size' | 'affine'>
  /** On the scan's grid in any storage order. */
  readonly labels: LabelVolume
  readonly boxMm: BoxMm
  /** The structure, and what templates know of it. */
  readonly request: Omit<SlicePlanRequest, 'boxesMm'>
}

/**
 * A structure's new mask in a box, in place of the one it has. Voxels of other structures stay.
 * @param segmenter null for what the templates' prior says alone
 * @throws MedlsamError `usage` for a box that has no volume, lies outside of the scan or holds nothing, `model`, `cancelled`
 */
export async function segmentBox(
  { scan, labels, boxMm, request }: BoxTask,
  segmenter: Segmenter | null,
  shown: Shown,
  control: Pick<SegmentControl, 'signal' | 'onProgress'> = {},
): Promise<VoxelRuns> {
  const { name, labelValue } = request.structure
  if (![0, 1, 2].every((axis) => boxMm.max[axis] > boxMm.min[axis]))
    throw new MedlsamError('usage', `The box of ${name} has no volume: draw it again.`)
  const { labels: fresh, structures } = await segmentScan(
    scan,
    [{ ...request, boxesMm: [boxMm] }],
    segmenter,
    { shown },
    defined(control),
  )
  const [mask] = structures
  if (mask.status === 'failed') throw new MedlsamError('usage', mask.reason)
  return runsOfMask(labels, inOrderOf(fresh, labels), labelValue)
}

/** The fresh mask in the storage order of the labels. */
function inOrderOf(fresh: LabelVolume, labels: LabelVolume): LabelVolume {
  if (fresh.affine.every((number, i) => number === labels.affine[i])) return fresh
  const sorted = sortedOnto(fresh, labels)
  if (sorted === null) throw new MedlsamError('internal', 'The labels do not lie on the grid of their scan.')
  return sorted
}

/** What changes where a structure has a fresh mask: it ends where another structure is. */
function runsOfMask(labels: LabelVolume, fresh: LabelVolume, labelValue: number): VoxelRuns {
  const runs = new RunWriter()
  for (let at = 0; at < labels.data.length; at++) {
    const before = labels.data[at]
    if (before === 0 || before === labelValue) runs.add(at, 1, before, fresh.data[at] === 0 ? 0 : labelValue)
  }
  return runs.done()
}
