import type { BoxMm } from '../../../shared/geometry/points.js'
import { COVER_CELLS, COVER_REACH, FULL_COVER, HU_BINS, huBin, type OrganPrior } from '../../../shared/organPrior.js'
import type { LabelVolume, Volume } from '../../../shared/geometry/volume.js'
import { axialView } from '../slices/axialView.js'
import { regionAround } from '../slices/sliceImage.js'
import { boxPerSlice, withReach } from '../prompts/sliceBoxes.js'

/** Places looked at in a cell along each of its edges. */
const PLACES = [1 / 6, 1 / 2, 5 / 6] as const

/**
 * Measures what a labelled organ looks like in its slices' boxes, which are made of its parts as they are when
 * the organ is segmented.
 * @param boxesMm Its whole box, or the boxes of its parts.
 * @returns null when no box meets a slice
 */
export function measurePrior(
  scan: Volume<Int16Array | Float32Array>,
  labels: Pick<LabelVolume, 'data'>,
  labelValue: number,
  boxesMm: readonly BoxMm[],
): OrganPrior | null {
  const view = axialView(scan)
  const boxes = [...boxPerSlice(view, boxesMm, [0, 0, 0], 'interpolate')]
  if (boxes.length === 0) return null
  const [columns, rows] = view.size
  const at = (x: number, y: number, slice: number): number =>
    view.origin + x * view.strides[0] + y * view.strides[1] + slice * view.strides[2]
  const isOrgan = (x: number, y: number, slice: number): boolean =>
    x >= 0 && y >= 0 && x < columns && y < rows && labels.data[at(x, y, slice)] === labelValue

  const cover = new Uint8Array(COVER_CELLS.columns * COVER_CELLS.rows * COVER_CELLS.slices)
  let cell = 0
  for (let w = 0; w < COVER_CELLS.slices; w++) {
    for (let v = 0; v < COVER_CELLS.rows; v++) {
      for (let u = 0; u < COVER_CELLS.columns; u++, cell++) {
        let covered = 0
        for (const dw of PLACES) {
          const [slice, box] =
            boxes[Math.min(boxes.length - 1, Math.floor(((w + dw) / COVER_CELLS.slices) * boxes.length))]
          for (const dv of PLACES) {
            for (const du of PLACES) {
              if (
                isOrgan(
                  placeInBox(box.x0, box.x1, (u + du) / COVER_CELLS.columns),
                  placeInBox(box.y0, box.y1, (v + dv) / COVER_CELLS.rows),
                  slice,
                )
              )
                covered++
            }
          }
        }
        cover[cell] = Math.round((FULL_COVER * covered) / PLACES.length ** 3)
      }
    }
  }

  const organ = new Float64Array(HU_BINS.count)
  const surroundings = new Float64Array(HU_BINS.count)
  for (const [slice, box] of boxes) {
    const { x0, y0, x1, y1 } = regionAround(withReach(box), columns, rows)
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) (isOrgan(x, y, slice) ? organ : surroundings)[huBin(scan.data[at(x, y, slice)])]++
    }
  }
  return { cover, organHu: shares(organ), surroundingsHu: shares(surroundings) }
}

/** The pixel at a place of the cover grid, 0 to 1 across it. */
function placeInBox(from: number, to: number, place: number): number {
  return Math.floor(from + (to - from) * (place * (1 + 2 * COVER_REACH) - COVER_REACH))
}

function shares(histogram: Float64Array): Uint16Array {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  return Uint16Array.from(histogram, (count) => Math.round((10_000 * count) / Math.max(1, total)))
}
