import type { VoxelArray } from '../../../shared/geometry/volume.js'
import type { AxialView } from '../slices/axialView.js'
import type { PixelRegion } from '../slices/sliceImage.js'

/** Fat and lung vessels are above this, air and most of the lung below. */
const BODY_HU = -300
/** Every second voxel along each axis is enough to see where the body ends. */
const LOOK_STEP = 2
/** Rows and columns with less than this share of the fullest one are taken for noise and tubes. */
const LEAST_SHARE = 0.03

/** The pixels among which the body lies on all slices together; the whole slice where there is only air. */
export function bodyRegion(data: VoxelArray, { size, origin, strides }: AxialView): PixelRegion {
  const [columns, rows, slices] = size
  const perColumn = new Uint32Array(columns)
  const perRow = new Uint32Array(rows)
  for (let slice = 0; slice < slices; slice += LOOK_STEP) {
    for (let y = 0; y < rows; y += LOOK_STEP) {
      const start = origin + y * strides[1] + slice * strides[2]
      for (let x = 0; x < columns; x += LOOK_STEP) {
        if (data[start + x * strides[0]] <= BODY_HU) continue
        perColumn[x] += 1
        perRow[y] += 1
      }
    }
  }
  const [x0, x1] = spanOf(perColumn)
  const [y0, y1] = spanOf(perRow)
  return { x0, y0, x1, y1 }
}

/** First and one past the last that has enough, and a step more on either side. */
function spanOf(counts: Uint32Array): readonly [number, number] {
  const least = Math.max(1, LEAST_SHARE * Math.max(...counts))
  const first = counts.findIndex((count) => count >= least)
  if (first === -1) return [0, counts.length]
  const last = counts.findLastIndex((count) => count >= least)
  return [Math.max(0, first - LOOK_STEP), Math.min(counts.length, last + LOOK_STEP + 1)]
}
