import { bridgeSlices } from '../../labels/bridgeSlices.js'
import { blockVoxels, forEachVoxel, type MaskBlock } from '../../labels/maskBlock.js'
import type { AxialView } from '../slices/axialView.js'
import { blockAround } from './blockAround.js'
import type { OrganPlan } from '../slicePlan.js'

/**
 * Fills the slices between those that the networks saw, in place: every organ's contours are
 * interpolated from one of its slices to the next, but of those whose templates know better where they are. What is
 * already labelled stays as it is.
 */
export async function fillBetweenSlices(
  labels: Uint8Array | Uint16Array,
  view: AxialView,
  plans: readonly OrganPlan[],
): Promise<void> {
  // Where two organs grow into each other between slices, the smaller label wins, whatever the order of requests.
  const byLabel = plans
    .filter(({ reach, hasOdds }) => reach.size > 0 && !hasOdds)
    .sort((a, b) => a.request.structure.labelValue - b.request.structure.labelValue)
  for (const { request, reach } of byLabel)
    await fillOrgan(labels, view, blockAround(reach), request.structure.labelValue)
}

async function fillOrgan(
  labels: Uint8Array | Uint16Array,
  view: AxialView,
  block: MaskBlock,
  labelValue: number,
): Promise<void> {
  const contours = findContours(labels, view, block, labelValue)
  for (const [i, upper] of contours.slice(1).entries()) {
    const lower = contours[i]
    if (upper.slice - lower.slice > 1) await fillGap(labels, view, lower, upper, labelValue)
  }
}

/** The pixels of an organ on one slice, and the columns and rows they span, ends included. */
interface Contour {
  readonly slice: number
  pixels: number
  x0: number
  y0: number
  x1: number
  y1: number
}

/** The organ's contours, lowest first. Slices without one are left out, so a slice the model missed is bridged. */
function findContours(
  labels: Uint8Array | Uint16Array,
  view: AxialView,
  { from, size }: MaskBlock,
  labelValue: number,
): Contour[] {
  return Array.from({ length: size[2] }, (_, i): Contour => {
    const slice = from[2] + i
    const contour: Contour = { slice, pixels: 0, x0: Infinity, y0: Infinity, x1: -1, y1: -1 }
    forEachVoxel(view, { from: [from[0], from[1], slice], size: [size[0], size[1], 1] }, (inBlock, inStorage) => {
      if (labels[inStorage] !== labelValue) return
      const x = from[0] + (inBlock % size[0])
      const y = from[1] + Math.floor(inBlock / size[0])
      contour.pixels += 1
      contour.x0 = Math.min(contour.x0, x)
      contour.y0 = Math.min(contour.y0, y)
      contour.x1 = Math.max(contour.x1, x)
      contour.y1 = Math.max(contour.y1, y)
    })
    return contour
  }).filter(({ pixels }) => pixels > 0)
}

async function fillGap(
  labels: Uint8Array | Uint16Array,
  view: AxialView,
  lower: Contour,
  upper: Contour,
  labelValue: number,
): Promise<void> {
  const [x0, y0] = [Math.min(lower.x0, upper.x0), Math.min(lower.y0, upper.y0)]
  const width = Math.max(lower.x1, upper.x1) - x0 + 1
  const height = Math.max(lower.y1, upper.y1) - y0 + 1
  const gap: MaskBlock = { from: [x0, y0, lower.slice], size: [width, height, upper.slice - lower.slice + 1] }

  const mask = new Uint8Array(blockVoxels(gap))
  forEachVoxel(view, gap, (inBlock, inStorage) => {
    if (labels[inStorage] === labelValue) mask[inBlock] = 1
  })
  const inside = await bridgeSlices(mask, gap.size)
  forEachVoxel(view, gap, (inBlock, inStorage) => {
    if (labels[inStorage] === 0 && inside[inBlock] !== 0) labels[inStorage] = labelValue
  })
}
