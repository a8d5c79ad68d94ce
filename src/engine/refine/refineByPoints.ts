import type { PointMm } from '../../shared/geometry/points.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import type { VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { CarryEnd, RefinePoint } from '../../shared/refinement.js'
import type { PromptPoint } from '../sam/prompts/prompt.js'
import type { Segmenter } from '../sam/segmenter.js'
import { axialView, type AxialView } from '../sam/slices/axialView.js'
import type { PixelBox, WindowHu } from '../sam/slices/sliceImage.js'
import type { TileGrid } from '../sam/tiles/tileGrid.js'
import { carryChange, type Carrying } from './carryChange.js'
import { boundsOf } from './pixelMask.js'
import { pointsOnSlices } from './pointsOnSlices.js'
import { refineSlice } from './refineSlice.js'
import { SliceAsker } from './sliceAsker.js'
import { StructureSlices } from './structureSlices.js'

/** A structure to correct. */
export interface PointsTask {
  readonly scan: Pick<Scan, 'data' | 'size' | 'affine'>
  /** As they were before any of the points was set, on the scan's grid in any storage order. */
  readonly labels: LabelVolume
  readonly labelValue: number
  /** All points, on whichever slices. */
  readonly points: readonly RefinePoint[]
  /** Slices that the change is not carried to; of the axial view, 0 is the lowest. */
  readonly fixedSlices: readonly number[]
  /** Label values of structures whose voxels stay. */
  readonly lockedValues: readonly number[]
}

/** With what to correct it. */
export interface PointsTools {
  readonly segmenter: Segmenter
  readonly grid: TileGrid
  readonly windowHu: WindowHu
  readonly signal?: AbortSignal
  /** The point that was set, moved or taken away last, whose slice comes first; the last point when absent. */
  readonly latestMm?: PointMm
  /** Called when the first slice is done, with what changes there from the labels before any point. */
  readonly onSlice?: (slice: number, runs: VoxelRuns) => void
}

/** What points changed. */
export interface RefinedStructure {
  readonly runs: VoxelRuns
  /** Slices that changed, lowest first. */
  readonly slices: readonly number[]
  /** Why the change was carried no further from each slice with points, upwards and downwards. */
  readonly ends: readonly { readonly slice: number; readonly above: CarryEnd; readonly below: CarryEnd }[]
}

/** A structure's mask is looked for on so many slices above and below one that has none. */
const NEARBY_SLICES = 5

/**
 * The mask of a structure after points were set on axial slices: these slices change first, then their neighbours, until
 * one stays as it is. It depends on nothing but the mask before and the points, so that without a point all is as if it had
 * never been set.
 * @throws MedlsamError `usage` for points outside of the scan or a segmenter that takes none, `model`, `cancelled`
 */
export async function refineByPoints(task: PointsTask, tools: PointsTools): Promise<RefinedStructure> {
  const { scan, labels, labelValue } = task
  const { segmenter, grid, windowHu, signal } = tools
  if (!segmenter.prompts.points)
    throw new MedlsamError('usage', `The segmenter "${segmenter.id}" takes boxes and no points: choose another one.`)
  const view = axialView(labels)
  const onSlices = pointsOnSlices(view, task.points)
  const asker = new SliceAsker(segmenter, { scan, view: axialView(scan), grid, windowHu }, signal)
  const slices = new StructureSlices(labels, view, labelValue, pointedAt(task, view, onSlices))
  const pixelMm = [view.spacingMm[0], view.spacingMm[1]] as const
  const ascending = [...onSlices].sort(([a], [b]) => a - b)
  const latest = latestSlice(view, task.points, tools.latestMm)
  // Each depends on nothing but its own mask before and its points: their order is that in which users wait for them.
  for (const [slice, points] of [...ascending].sort(([a], [b]) => Number(b === latest) - Number(a === latest))) {
    const base = slices.before(slice)
    slices.set(slice, await refineSlice(asker, { slice, base, nearby: nearbyBox(slices, slice), pixelMm, points }))
    if (slice === latest) tools.onSlice?.(slice, slices.runs())
  }
  const carrying: Carrying = {
    slices,
    asker,
    spacingMm: view.spacingMm,
    fixed: new Set(task.fixedSlices),
    withPoints: new Set(onSlices.keys()),
  }
  const ends = []
  for (const [slice] of ascending)
    ends.push({
      slice,
      above: await carryChange(carrying, slice, 1),
      below: await carryChange(carrying, slice, -1),
    })
  return { runs: slices.runs(), slices: slices.changedSlices(), ends }
}

/** The slice of the point that was set last; null for none. */
function latestSlice(view: AxialView, points: readonly RefinePoint[], latestMm?: PointMm): number | null {
  const pointMm = latestMm ?? points.at(-1)?.pointMm
  if (pointMm === undefined) return null
  const [slice] = pointsOnSlices(view, [{ pointMm, isInside: true }]).keys()
  return slice
}

/** Label values under points of the structure: who clicks into another structure means to have its voxels, but of locked ones. */
function pointedAt(
  { labels, lockedValues }: PointsTask,
  { origin, strides }: AxialView,
  onSlices: ReadonlyMap<number, readonly PromptPoint[]>,
): ReadonlySet<number> {
  const values = new Set<number>()
  for (const [slice, points] of onSlices) {
    for (const { x, y, isInside } of points) {
      const voxel = origin + Math.floor(x) * strides[0] + Math.floor(y) * strides[1] + slice * strides[2]
      if (isInside && !lockedValues.includes(labels.data[voxel])) values.add(labels.data[voxel])
    }
  }
  return values
}

/** The box of the mask on the nearest slice that has one; null where none is near. */
function nearbyBox(slices: StructureSlices, slice: number): PixelBox | null {
  for (let away = 1; away <= NEARBY_SLICES; away++)
    for (const near of [slice - away, slice + away]) if (slices.isThere(near)) return boundsOf(slices.before(near))
  return null
}
