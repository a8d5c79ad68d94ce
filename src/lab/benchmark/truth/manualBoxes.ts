import { createHash } from 'node:crypto'
import type { BoxMm, PointMm } from '../../../shared/geometry/points.js'
import { mapAxes } from '../../../shared/geometry/vector.js'
import type { LocalizedStructure, Structure } from '../../../shared/structure.js'
import { axialView, viewPointMm, type AxialView } from '../../../engine/sam/slices/axialView.js'
import { makeRandom } from '../../../engine/numeric/random.js'
import { dropStrayPieces } from '../../../engine/labels/components.js'
import { boxToVoxels } from '../../../shared/geometry/boxConversion.js'
import { labelExtents } from '../../../engine/labels/extremePoints.js'
import type { LabelVolume } from '../../../shared/geometry/volume.js'

/** Side of the square, in pixels, that a segmenter sees a slice in, its longer side filling it. */
const SQUARE_PIXELS = 1024
/** How far a wall may be off in the paper's manual boxes, in pixels of that square. */
export const JITTER_PIXELS = 20

/** Columns and rows of a slice that a structure touches, ends included. */
interface SliceExtent {
  readonly slice: number
  x0: number
  x1: number
  y0: number
  y1: number
}

/**
 * The paper's manual boxes: on every slice the box of the true structure, each wall moved out by a random
 * 0 to `jitterPixels` pixels of the 1024-pixel square. The numbers depend on seed, case, structure and slice
 * only, whatever else is run.
 * @param truth on the grid of the scan
 * @returns structures as localization would return them, one part per slice; those that the truth does not have are left out
 */
export function manualBoxes(
  truth: LabelVolume,
  structures: readonly Structure[],
  caseId: string,
  seed: number,
  jitterPixels: number,
): LocalizedStructure[] {
  const tidy = dropStrayPieces(truth, labelExtents(truth))
  const view = axialView(tidy)
  const pixelMm = Math.max(view.size[0] * view.spacingMm[0], view.size[1] * view.spacingMm[1]) / SQUARE_PIXELS
  const extents = sliceExtents(tidy, view)
  return structures.flatMap((structure): LocalizedStructure[] => {
    const slices = extents.get(structure.labelValue) ?? []
    if (slices.length === 0) return []
    const parts = slices.map((extent): BoxMm => {
      const random = makeRandom(seedOf(seed, caseId, structure.name, extent.slice))
      const off = (): number => random() * jitterPixels * pixelMm
      const { min, max } = boxOf(view, extent)
      return { min: [min[0] - off(), min[1] - off(), min[2]], max: [max[0] + off(), max[1] + off(), max[2]] }
    })
    const boxMm = around(parts)
    return [
      {
        ...structure,
        status: 'found',
        confidence: 1,
        boxMm,
        boxVoxel: boxToVoxels(truth, boxMm),
        extremePointsMm: null,
        partsMm: parts,
      },
    ]
  })
}

function sliceExtents({ data }: LabelVolume, view: AxialView): Map<number, SliceExtent[]> {
  const found = new Map<number, SliceExtent[]>()
  const [columns, rows, slices] = view.size
  for (let slice = 0; slice < slices; slice++) {
    for (let y = 0; y < rows; y++) {
      let at = view.origin + y * view.strides[1] + slice * view.strides[2]
      for (let x = 0; x < columns; x++, at += view.strides[0]) {
        const value = data[at]
        if (value === 0) continue
        const ofLabel = found.get(value) ?? []
        if (ofLabel.length === 0) found.set(value, ofLabel)
        const last = ofLabel.at(-1)
        if (last === undefined || last.slice !== slice) {
          ofLabel.push({ slice, x0: x, x1: x, y0: y, y1: y })
          continue
        }
        last.x0 = Math.min(last.x0, x)
        last.x1 = Math.max(last.x1, x)
        last.y1 = y
      }
    }
  }
  return found
}

function boxOf(view: AxialView, { slice, x0, x1, y0, y1 }: SliceExtent): BoxMm {
  const a = viewPointMm(view, x0 - 0.5, y0 - 0.5, slice - 0.5)
  const b = viewPointMm(view, x1 + 0.5, y1 + 0.5, slice + 0.5)
  return around([
    { min: a, max: a },
    { min: b, max: b },
  ])
}

function around(boxes: readonly BoxMm[]): BoxMm {
  const along = (pick: (...values: number[]) => number): PointMm =>
    mapAxes((axis) => pick(...boxes.flatMap(({ min, max }) => [min[axis], max[axis]])))
  return { min: along(Math.min), max: along(Math.max) }
}

function seedOf(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32LE(0)
}
