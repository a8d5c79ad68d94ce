import { encode } from 'fast-png'
import type { BoxMm, PointMm } from '../../../shared/geometry/points.js'
import { mapAxes } from '../../../shared/geometry/vector.js'
import { applyAffine, invertAffine, spacingMm } from '../../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../../shared/geometry/orient.js'
import type { LabelVolume, Volume } from '../../../shared/geometry/volume.js'

/** What the image of a case shows of one structure. */
export interface CaseImageParts {
  readonly scan: Volume<Int16Array | Float32Array>
  readonly truth: Pick<LabelVolume, 'data'>
  readonly truthValue: number
  /** On the same grid; null when there is none. */
  readonly prediction: Pick<LabelVolume, 'data'> | null
  readonly predictedValue: number
  /** The box that localization found, or null. */
  readonly boxMm: BoxMm | null
  /** The boxes of its parts along the body, which are what the segmenter was shown. */
  readonly partsMm: readonly BoxMm[]
}

/** Colours of the lines, as in the page's legend; apart for common kinds of colour blindness. */
export const LINE_COLORS = { truth: '#56b4e9', prediction: '#e69f00', box: '#ffffff', parts: '#cc79a7' } as const

/** Side of each of the two squares in pixels. */
const SIDE = 260
/** Shown around everything, and at least, in mm. */
const AROUND_MM = 12
const LEAST_MM = 70
/** Soft tissue with some bone. */
const WINDOW_HU = { low: -160, high: 340 }

/**
 * One structure of one case as PNG: the axial and the coronal slice with most of the true structure, with its
 * outline, that of the prediction, and the box. Seen as radiologists do: the patient's right on the left.
 */
export function caseImage(parts: CaseImageParts): Uint8Array {
  const order = canonicalOrder(parts.scan)
  const width = 2 * SIDE + 4
  const rgb = new Uint8Array(3 * width * SIDE)
  const bounds = boundsOf(parts, order)
  for (const { up, left } of [
    { up: 1, left: 0 },
    { up: 2, left: SIDE + 4 },
  ] as const) {
    const square: Square = {
      ...squareView(parts, order, bounds, up),
      put: (column, row, color) => {
        if (column >= 0 && row >= 0 && column < SIDE && row < SIDE) rgb.set(color, 3 * (row * width + left + column))
      },
    }
    drawScan(square, parts)
    drawOutlines(square, parts)
    drawBoxes(square, parts, order)
  }
  return encode({ width, height: SIDE, data: rgb, channels: 3 })
}

type Rgb = readonly [number, number, number]

/** One slice as it is seen in a square of pixels. */
interface SquareView {
  /** Canonical axis that runs up: y in an axial slice, z in a coronal one. */
  readonly up: 1 | 2
  /** Canonical axis across the slice, and the slice's index on it. */
  readonly through: 1 | 2
  readonly plane: number
  /** Fractional canonical index along an axis of the middle of a pixel; both axes grow against the image's. */
  readonly indexAt: (pixel: number, axis: 0 | 1 | 2) => number
  /** The other way round: the pixel that holds an index. */
  readonly pixelOf: (index: number, axis: 0 | 1 | 2) => number
  /** Place in memory of a voxel of the slice; null outside. */
  readonly stored: (a: number, b: number) => number | null
}

/** A view with the pixels to draw it into. */
interface Square extends SquareView {
  readonly put: (column: number, row: number, color: Rgb) => void
}

function squareView(
  { truth, truthValue }: CaseImageParts,
  order: CanonicalOrder,
  bounds: IndexBox,
  up: 1 | 2,
): SquareView {
  const through = up === 1 ? 2 : 1
  const spacing = spacingMm(order.affine)
  const plane = fullestPlane(truth.data, truthValue, order, through)
  const middle = (axis: 0 | 1 | 2): number => (bounds.min[axis] + bounds.max[axis]) / 2
  const extent = (axis: 0 | 1 | 2): number => (bounds.max[axis] - bounds.min[axis]) * spacing[axis]
  const perMm = SIDE / Math.max(LEAST_MM, extent(0) + 2 * AROUND_MM, extent(up) + 2 * AROUND_MM)
  return {
    up,
    through,
    plane,
    indexAt: (pixel, axis) => middle(axis) - (pixel + 0.5 - SIDE / 2) / perMm / spacing[axis],
    pixelOf: (index, axis) => Math.round((middle(axis) - index) * spacing[axis] * perMm + SIDE / 2 - 0.5),
    stored: (a, b) => {
      if (a < 0 || b < 0 || a >= order.size[0] || b >= order.size[up]) return null
      return order.origin + a * order.strides[0] + b * order.strides[up] + plane * order.strides[through]
    },
  }
}

function drawScan({ up, indexAt, stored, put }: Square, { scan }: CaseImageParts): void {
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const grey = greyOf(interpolated(scan.data, stored, indexAt(column, 0), indexAt(row, up)))
      put(column, row, [grey, grey, grey])
    }
  }
}

const NEIGHBOURS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

function drawOutlines(
  { up, indexAt, stored, put }: Square,
  { truth, truthValue, prediction, predictedValue }: CaseImageParts,
): void {
  const inside = (data: LabelVolume['data'] | undefined, value: number, column: number, row: number): boolean => {
    const at = stored(Math.round(indexAt(column, 0)), Math.round(indexAt(row, up)))
    return data !== undefined && at !== null && data[at] === value
  }
  const isEdge = (data: LabelVolume['data'] | undefined, value: number, column: number, row: number): boolean =>
    inside(data, value, column, row) && !NEIGHBOURS.every(([dx, dy]) => inside(data, value, column + dx, row + dy))
  const [truthColor, predictionColor] = [rgbOf(LINE_COLORS.truth), rgbOf(LINE_COLORS.prediction)]
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const predicted = isEdge(prediction?.data, predictedValue, column, row)
      const isTrue = isEdge(truth.data, truthValue, column, row)
      // Where both lines run together the pixels alternate.
      if (isTrue && (!predicted || (column + row) % 6 < 3)) put(column, row, truthColor)
      else if (predicted) put(column, row, predictionColor)
    }
  }
}

function drawBoxes(
  { up, through, plane, pixelOf, put }: Square,
  { boxMm, partsMm }: CaseImageParts,
  order: CanonicalOrder,
): void {
  const drawBox = (given: BoxMm, color: Rgb, shown: (i: number) => boolean): void => {
    const box = indexBox(given, order)
    if (plane < box.min[through] || plane > box.max[through]) return
    const [x0, x1] = [pixelOf(box.max[0], 0), pixelOf(box.min[0], 0)]
    const [y0, y1] = [pixelOf(box.max[up], up), pixelOf(box.min[up], up)]
    for (let x = x0; x <= x1; x++) for (const y of [y0, y1]) if (shown(x - x0)) put(x, y, color)
    for (let y = y0; y <= y1; y++) for (const x of [x0, x1]) if (shown(y - y0)) put(x, y, color)
  }
  for (const part of partsMm) drawBox(part, rgbOf(LINE_COLORS.parts), (i) => i % 4 < 2)
  if (boxMm !== null) drawBox(boxMm, rgbOf(LINE_COLORS.box), (i) => i % 8 < 5)
}

interface IndexBox {
  readonly min: PointMm
  readonly max: PointMm
}

/** A box in mm as fractional canonical indices. */
function indexBox({ min, max }: BoxMm, { affine }: CanonicalOrder): IndexBox {
  const inverse = invertAffine(affine)
  const [a, b] = [applyAffine(inverse, min), applyAffine(inverse, max)]
  return {
    min: mapAxes((axis) => Math.min(a[axis], b[axis])),
    max: mapAxes((axis) => Math.max(a[axis], b[axis])),
  }
}

/** Canonical indices around the true structure, the prediction and the box. */
function boundsOf(
  { truth, truthValue, prediction, predictedValue, boxMm }: CaseImageParts,
  order: CanonicalOrder,
): IndexBox {
  const min: [number, number, number] = [Infinity, Infinity, Infinity]
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity]
  const include = (p: PointMm): void => {
    for (const axis of [0, 1, 2] as const) {
      min[axis] = Math.min(min[axis], p[axis])
      max[axis] = Math.max(max[axis], p[axis])
    }
  }
  forEachVoxel(order, (at, x, y, z) => {
    if (truth.data[at] === truthValue || prediction?.data[at] === predictedValue) include([x, y, z])
  })
  if (boxMm !== null) {
    const box = indexBox(boxMm, order)
    include(box.min)
    include(box.max)
  }
  return { min, max }
}

/** The plane across an axis with most voxels of a structure; the middle one without any. */
function fullestPlane(data: LabelVolume['data'], value: number, order: CanonicalOrder, axis: 1 | 2): number {
  const counts = new Uint32Array(order.size[axis])
  forEachVoxel(order, (at, _x, y, z) => {
    if (data[at] === value) counts[axis === 1 ? y : z]++
  })
  const most = counts.reduce((best, count, i) => (count > counts[best] ? i : best), 0)
  return counts[most] === 0 ? Math.floor(order.size[axis] / 2) : most
}

function forEachVoxel(
  { size, origin, strides }: CanonicalOrder,
  visit: (at: number, x: number, y: number, z: number) => void,
): void {
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let at = origin + y * strides[1] + z * strides[2]
      for (let x = 0; x < size[0]; x++, at += strides[0]) visit(at, x, y, z)
    }
  }
}

/** HU between four voxels; air outside. */
function interpolated(
  data: Int16Array | Float32Array,
  stored: (a: number, b: number) => number | null,
  a: number,
  b: number,
): number {
  const [a0, b0] = [Math.floor(a), Math.floor(b)]
  const [ta, tb] = [a - a0, b - b0]
  const at = (i: number, j: number): number => {
    const index = stored(i, j)
    return index === null ? -1000 : data[index]
  }
  return (
    (1 - ta) * ((1 - tb) * at(a0, b0) + tb * at(a0, b0 + 1)) +
    ta * ((1 - tb) * at(a0 + 1, b0) + tb * at(a0 + 1, b0 + 1))
  )
}

function greyOf(hu: number): number {
  const part = Math.min(1, Math.max(0, (hu - WINDOW_HU.low) / (WINDOW_HU.high - WINDOW_HU.low)))
  return Math.round(part * 255)
}

function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 0xff, value & 0xff]
}
