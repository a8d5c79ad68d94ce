import { canonicalOrder } from '../../shared/geometry/orient.js'
import { spacingMm } from '../../shared/geometry/affine.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { boundsOfRuns, diffLabels, RUN_LENGTH, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { MaskOperation } from '../../shared/maskOperation.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { labelExtents } from '../labels/extremePoints.js'
import { forEachVoxel } from '../labels/maskBlock.js'
import { operateOnMask, operationReachMm } from './operations/operateOnMask.js'
import { canonicalEnd, cutStructure, storedBox } from './operations/structureMask.js'

/** What to do to which structure. */
export interface StructureChange {
  readonly labelValue: number
  readonly operation: MaskOperation
  /** Structures that keep all their voxels. */
  readonly lockedValues: readonly number[]
  /** What was edited before, for operations that go by it. */
  readonly edited: readonly VoxelRuns[]
}

/** What an operation changes. */
export interface ChangedStructure {
  readonly runs: VoxelRuns
  /** What it would take of other structures that are not locked, after `runs`. */
  readonly fromOthers: VoxelRuns
}

/**
 * Does an operation on one structure of a label map; others keep their voxels.
 * @param labels are left alone, and must be while this goes on
 * @throws MedlsamError `input` where there is nothing to operate on, or nothing would be left
 */
export async function changeStructure(labels: LabelVolume, change: StructureChange): Promise<ChangedStructure> {
  const { labelValue, operation, lockedValues } = change
  const extent = labelExtents(labels).find((one) => one.labelValue === labelValue)
  if (extent === undefined) throw new MedlsamError('input', 'The structure has no voxel yet: draw some of it first.')
  const sliceMm = spacingMm(canonicalOrder(labels).affine)[2]
  const mask = cutStructure(labels, extent, operationReachMm(operation, sliceMm))
  const after = await operateOnMask(mask, operation, editedSlices(labels, change))
  const [changed, withOthers] = [labels.data.slice(), labels.data.slice()]
  forEachVoxel(mask.order, mask.block, (inBlock, inStorage) => {
    if (mask.data[inBlock] === after[inBlock]) return
    const value = labels.data[inStorage]
    const next = after[inBlock] === 0 ? 0 : labelValue
    if (value === 0 || value === labelValue) changed[inStorage] = next
    if (!lockedValues.includes(value)) withOthers[inStorage] = next
  })
  const part = { size: labels.size, box: storedBox(mask) }
  return { runs: diffLabels(labels.data, changed, part), fromOthers: diffLabels(changed, withOthers, part) }
}

/** Canonical axial slices in which edits changed the structure. */
function editedSlices(labels: LabelVolume, { labelValue, edited }: StructureChange): number[] {
  const order = canonicalOrder(labels)
  const slices = new Set<number>()
  for (const runs of edited) {
    for (let at = 0; at < runs.length; at += RUN_LENGTH) {
      if (runs[at + 2] !== labelValue && runs[at + 3] !== labelValue) continue
      const box = boundsOfRuns(runs.subarray(at, at + RUN_LENGTH), labels.size)
      if (box === null) continue
      for (let z = canonicalEnd(order, box, 2, 'min'); z <= canonicalEnd(order, box, 2, 'max'); z++) slices.add(z)
    }
  }
  return [...slices]
}
