import { applyAffine, invertAffine } from '../../shared/geometry/affine.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { RefinePoint } from '../../shared/refinement.js'
import type { PromptPoint } from '../sam/prompts/prompt.js'
import type { AxialView } from '../sam/slices/axialView.js'

/** In pixels. */
const EDGE = 1e-6

/**
 * The points of every slice that has some, in pixels of the slice.
 * @throws MedlsamError `usage` for one outside of the scan
 */
export function pointsOnSlices(view: AxialView, points: readonly RefinePoint[]): ReadonlyMap<number, PromptPoint[]> {
  const toView = invertAffine(view.affine)
  const onSlices = new Map<number, PromptPoint[]>()
  for (const { pointMm, isInside } of points) {
    const at = applyAffine(toView, pointMm)
    // Voxels reach half a step beyond their middles.
    if (at.some((value, axis) => !(value >= -0.5 && value <= view.size[axis] - 0.5)))
      throw new MedlsamError('usage', 'A point lies outside of the scan: set it on one of its slices.')
    const slice = Math.min(view.size[2] - 1, Math.max(0, Math.round(at[2])))
    // On the far edge of the last pixel a point is still in it.
    const [x, y] = [0, 1].map((axis) => Math.min(at[axis] + 0.5, view.size[axis] - EDGE))
    onSlices.set(slice, [...(onSlices.get(slice) ?? []), { x, y, isInside }])
  }
  return onSlices
}
