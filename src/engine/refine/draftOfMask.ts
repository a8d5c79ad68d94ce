import { applyAffine, invertAffine } from '../../shared/geometry/affine.js'
import { labelBox } from '../../shared/geometry/labelBox.js'
import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { boxIou } from '../medlam/boxes.js'
import type { DraftMask } from '../volume/draftMask.js'
import { stretchDraft } from '../volume/stretchDraft.js'

/** Side of a cell: about what a border may be off by, within which the segmenter decides. */
const CELL_MM = 4
/** Samples along each side of a cell. */
const SAMPLES = 2

/**
 * A mask as a first idea of itself, with its box.
 * @returns null where the label map has nothing of the structure
 */
export function draftOfMask(
  labels: LabelVolume,
  labelValue: number,
): { readonly draft: DraftMask; readonly boxMm: BoxMm } | null {
  const boxMm = labelBox(labels, labelValue)
  if (boxMm === null) return null
  const size: Size3 = mapAxes((axis) => Math.ceil((boxMm.max[axis] - boxMm.min[axis]) / CELL_MM) + 2)
  // A cell of nothing around it all.
  const originMm: PointMm = mapAxes((axis) => boxMm.min[axis] - CELL_MM / 2)
  const data = new Uint8Array(size[0] * size[1] * size[2])
  const inside = insideOf(labels, labelValue)
  const offsets = Array.from({ length: SAMPLES }, (_, i) => ((i + 0.5) / SAMPLES - 0.5) * CELL_MM)
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const middle = mapAxes((axis) => originMm[axis] + [x, y, z][axis] * CELL_MM)
        let count = 0
        for (const dz of offsets)
          for (const dy of offsets)
            for (const dx of offsets) if (inside([middle[0] + dx, middle[1] + dy, middle[2] + dz])) count += 1
        data[at] = Math.round((255 * count) / SAMPLES ** 3)
      }
    }
  }
  return { draft: { originMm, spacingMm: CELL_MM, size, data, level: 0.5 }, boxMm }
}

/** What two boxes have in common over what they cover together: with less of it there is nothing to keep of a mask. */
const LEAST_OVERLAP = 0.5

/** The mask of a structure, stretched from its own box to a new one; null where there is none, or it lies elsewhere. */
export function draftInBox(labels: LabelVolume, labelValue: number, boxMm: BoxMm): DraftMask | null {
  const known = draftOfMask(labels, labelValue)
  if (known === null || boxIou(known.boxMm, boxMm) < LEAST_OVERLAP) return null
  return stretchDraft(known.draft, known.boxMm, boxMm)
}

/** Whether the voxel at a point belongs to the structure. */
function insideOf({ data, size, affine }: LabelVolume, labelValue: number): (pointMm: PointMm) => boolean {
  const toVoxel = invertAffine(affine)
  return (pointMm) => {
    const [x, y, z] = applyAffine(toVoxel, pointMm).map(Math.round)
    if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) return false
    return data[x + size[0] * (y + size[1] * z)] === labelValue
  }
}
