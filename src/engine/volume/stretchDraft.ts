import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { draftShareAt, type DraftMask } from './draftMask.js'

/**
 * A draft that follows the faces of its box: what lay in `from` lies in `to`, each axis stretched by itself.
 * @param from box of the draft, of some volume
 */
export function stretchDraft(draft: DraftMask, from: BoxMm, to: BoxMm): DraftMask {
  const { originMm, spacingMm, size } = draft
  const factor = mapAxes((axis) => (to.max[axis] - to.min[axis]) / (from.max[axis] - from.min[axis]))
  const moved = (axis: number, mm: number): number => to.min[axis] + factor[axis] * (mm - from.min[axis])
  // One cell more on both sides, for the cells there are only in part.
  const low: PointMm = mapAxes((axis) => moved(axis, originMm[axis] - spacingMm))
  const cells = (axis: 0 | 1 | 2): number => Math.ceil(((size[axis] + 1) * spacingMm * factor[axis]) / spacingMm) + 1
  const stretched: Size3 = [cells(0), cells(1), cells(2)]
  const data = new Uint8Array(stretched[0] * stretched[1] * stretched[2])
  for (let z = 0, at = 0; z < stretched[2]; z++)
    for (let y = 0; y < stretched[1]; y++)
      for (let x = 0; x < stretched[0]; x++, at++) {
        const cell = [x, y, z]
        const before = mapAxes(
          (axis) => from.min[axis] + (low[axis] + cell[axis] * spacingMm - to.min[axis]) / factor[axis],
        )
        data[at] = Math.round(255 * draftShareAt(draft, before))
      }
  return { ...draft, originMm: low, size: stretched, data }
}
