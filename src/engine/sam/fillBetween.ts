import { interpolateContours } from '../volume/itk.js'
import type { AxialView } from './axialView.js'
import { blockAround, forEachVoxel, type Block } from './block.js'
import type { OrganPlan } from './plan.js'

/**
 * Fills the slices between those that the networks saw, in place: every organ's contours are
 * interpolated from one of its slices to the next. What is already labelled stays as it is.
 */
export async function fillBetweenSlices(labels: Uint8Array | Uint16Array, view: AxialView, plans: readonly OrganPlan[]): Promise<void> {
  // Where two organs grow into each other between slices, the smaller label wins, whatever the order of requests.
  const byLabel = plans.filter(({ boxes }) => boxes.size > 0).sort((a, b) => a.request.structure.labelValue - b.request.structure.labelValue)
  for (const plan of byLabel) await fillOrgan(labels, view, plan)
}

async function fillOrgan(labels: Uint8Array | Uint16Array, view: AxialView, { request, boxes, sampled }: OrganPlan): Promise<void> {
  const { labelValue } = request.structure
  const block = blockAround(boxes)
  const [width, height] = block.size
  const area = width * height
  const { places, count } = spread(block, sampled)
  const mask = new Uint8Array(area * count)
  forEachVoxel(view, block, (inBlock, inStorage, slice) => {
    if (labels[inStorage] === labelValue) mask[places[slice] * area + (inBlock % area)] = 1
  })
  const filled = await interpolateContours(mask, [width, height, count])
  forEachVoxel(view, block, (inBlock, inStorage, slice) => {
    if (labels[inStorage] === 0 && filled[places[slice] * area + (inBlock % area)] !== 0) labels[inStorage] = labelValue
  })
}

/**
 * A place for every slice of a block such that no two sampled slices are neighbours: the interpolation
 * takes neighbouring contours for a drawn volume and fills nothing beside them.
 */
function spread({ from, size }: Block, sampled: ReadonlySet<number>): { readonly places: readonly number[]; readonly count: number } {
  let next = 0
  const places = Array.from({ length: size[2] }, (_, slice) => {
    if (slice > 0 && sampled.has(from[2] + slice) && sampled.has(from[2] + slice - 1)) next += 1
    return next++
  })
  return { places, count: next }
}
