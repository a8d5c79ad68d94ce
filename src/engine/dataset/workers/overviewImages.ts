import { encode } from 'fast-png'
import type { SegmentedStructure } from '../../../shared/structure.js'
import { spacingMm } from '../../../shared/geometry/affine.js'
import { canonicalOrder, type CanonicalOrder } from '../../../shared/geometry/orient.js'
import type { LabelVolume, Scan } from '../../../shared/geometry/volume.js'

/** Side of each of the two slice images, in pixels. */
export const OVERVIEW_PIXELS = 176
/** Soft tissue, as radiologists look at most organs. */
const WINDOW_HU = { low: -160, high: 240 }
/** Fewer shades make files half as large and look the same at this size. */
const SHADES = 32
/** What is denser belongs to the patient or the table. */
const BODY_HU = -500
const MARGIN_MM = 8

/**
 * The overview image of a result as PNG: an axial and a coronal slice side by side, each where most structures are,
 * with their outlines in their colours. Seen as radiologists do: the patient's right is on the left,
 * anterior (axial) or superior (coronal) is up. The same result gives the same bytes.
 */
export function drawOverviews(
  scan: Pick<Scan, 'data' | 'size' | 'affine'>,
  labels: Pick<LabelVolume, 'data'>,
  structures: readonly Pick<SegmentedStructure, 'labelValue' | 'color'>[],
): Uint8Array {
  const order = canonicalOrder(scan)
  const colors = new Map(structures.map(({ labelValue, color }) => [labelValue, rgbOf(color)]))
  const planes = busiestPlanes(labels.data, order)
  const width = 2 * OVERVIEW_PIXELS
  const rgb = new Uint8Array(3 * width * OVERVIEW_PIXELS)
  const overview = { rgb, scan, labels, order, colors }
  drawSlice(overview, 0, { up: 1, plane: planes[2] })
  drawSlice(overview, OVERVIEW_PIXELS, { up: 2, plane: planes[1] })
  return encode({ width, height: OVERVIEW_PIXELS, data: rgb, channels: 3 })
}

/** What is drawn, and the pixels that it is drawn into. */
interface Overview {
  readonly rgb: Uint8Array
  readonly scan: Pick<Scan, 'data'>
  readonly labels: Pick<LabelVolume, 'data'>
  readonly order: CanonicalOrder
  readonly colors: ReadonlyMap<number, readonly [number, number, number]>
}

/** A slice: the canonical axis that runs up in its image (y axial, z coronal), and its index along the third one. */
interface OverviewSlice {
  readonly up: 1 | 2
  readonly plane: number
}

/** Draws one square with its left edge at a column of the image. */
function drawSlice({ rgb, scan, labels, order, colors }: Overview, left: number, slice: OverviewSlice): void {
  const { up, plane } = slice
  const through = up === 1 ? 2 : 1
  const spacing = spacingMm(order.affine)
  const shown = bodyRanges(scan.data, order, slice)
  const lengthMm = (axis: 0 | 1 | 2): number => (shown[axis].to - shown[axis].from) * spacing[axis]
  const sideMm = Math.max(lengthMm(0), lengthMm(up)) + 2 * MARGIN_MM
  const voxelAt = (pixel: number, axis: 0 | 1 | 2): number =>
    Math.floor(
      ((pixel + 0.5) / OVERVIEW_PIXELS - 0.5) * (sideMm / spacing[axis]) + (shown[axis].from + shown[axis].to) / 2,
    )
  const indexAt = (column: number, row: number): number | null => {
    const [a, b] = [voxelAt(OVERVIEW_PIXELS - 1 - column, 0), voxelAt(OVERVIEW_PIXELS - 1 - row, up)]
    if (a < 0 || a >= order.size[0] || b < 0 || b >= order.size[up]) return null
    return order.origin + a * order.strides[0] + b * order.strides[up] + plane * order.strides[through]
  }
  for (let row = 0; row < OVERVIEW_PIXELS; row++) {
    for (let column = 0; column < OVERVIEW_PIXELS; column++) {
      const index = indexAt(column, row)
      if (index === null) continue
      const value = labels.data[index]
      const isEdge =
        value !== 0 &&
        NEIGHBOURS.some(([dx, dy]) => {
          const beside = indexAt(column + dx, row + dy)
          return beside !== null && labels.data[beside] !== value
        })
      const grey = greyOf(scan.data[index])
      rgb.set(
        (isEdge ? colors.get(value) : undefined) ?? [grey, grey, grey],
        3 * (row * 2 * OVERVIEW_PIXELS + left + column),
      )
    }
  }
}

/** Part of each canonical axis of a slice that shows more than air; all of it where there is nothing but air. */
function bodyRanges(
  data: Scan['data'],
  order: CanonicalOrder,
  { up, plane }: OverviewSlice,
): readonly { readonly from: number; readonly to: number }[] {
  const { size, origin, strides } = order
  const start = origin + plane * strides[up === 1 ? 2 : 1]
  const ranges = size.map((length) => ({ from: length, to: 0 }))
  for (let b = 0; b < size[up]; b++) {
    for (let a = 0; a < size[0]; a++) {
      if (data[start + a * strides[0] + b * strides[up]] <= BODY_HU) continue
      ranges[0].from = Math.min(ranges[0].from, a)
      ranges[0].to = Math.max(ranges[0].to, a + 1)
      ranges[up].from = Math.min(ranges[up].from, b)
      ranges[up].to = Math.max(ranges[up].to, b + 1)
    }
  }
  return ranges[0].to === 0 ? size.map((length) => ({ from: 0, to: length })) : ranges
}

const NEIGHBOURS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

/** For each canonical axis the plane across it with most structures, and of those with most labelled voxels; the middle one without any. */
function busiestPlanes(
  data: LabelVolume['data'],
  { size, origin, strides }: CanonicalOrder,
): readonly [number, number, number] {
  const counts = size.map((n) => Array.from({ length: n }, () => ({ values: new Set<number>(), voxels: 0 })))
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const row = origin + y * strides[1] + z * strides[2]
      for (let x = 0; x < size[0]; x++) {
        const value = data[row + x * strides[0]]
        if (value === 0) continue
        ;[x, y, z].forEach((plane, axis) => {
          const count = counts[axis][plane]
          count.values.add(value)
          count.voxels++
        })
      }
    }
  }
  const busiest = (axis: 0 | 1 | 2): number => {
    const planes = counts[axis]
    const first = planes.reduce((best, count, i) => {
      const most = planes[best]
      return count.values.size > most.values.size ||
        (count.values.size === most.values.size && count.voxels > most.voxels)
        ? i
        : best
    }, 0)
    return planes[first].voxels === 0 ? Math.floor(size[axis] / 2) : first
  }
  return [busiest(0), busiest(1), busiest(2)]
}

function greyOf(hu: number): number {
  const part = Math.min(1, Math.max(0, (hu - WINDOW_HU.low) / (WINDOW_HU.high - WINDOW_HU.low)))
  return Math.round((Math.round(part * (SHADES - 1)) * 255) / (SHADES - 1))
}

function rgbOf(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 0xff, value & 0xff]
}
