import { applyAffine, invertAffine, multiplyAffine } from '../../../shared/geometry/affine.js'
import { canonicalOrder } from '../../../shared/geometry/orient.js'
import type { PointMm } from '../../../shared/geometry/points.js'
import { inputError } from '../../../shared/inputError.js'
import { rgbOf } from '../../../shared/labelNames/readStructures.js'
import { quoted } from '../../../shared/shownText.js'
import { fillContours } from '../../labels/fillContours.js'
import type { PixelContour } from '../../labels/traceContours.js'
import { itemsOf, numbersOf, textOf, wordsOf, type DataSet } from '../dataSet.js'
import type { DrawnStructure, DrawnStructures, VoxelGrid } from './drawnStructure.js'
import { lpsOf } from './slicePlace.js'

/** How far the points of a contour may lie from its plane, in slices: further, it is not drawn on slices like these. */
const FLAT_SLICES = 0.25
/** Closed contours, by what they are called. */
const CLOSED = new Set(['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR'])

/** Contours of a structure on the axial slices of a grid. */
type SliceContours = ReadonlyMap<number, readonly PixelContour[]>

/**
 * Reads the structures of an RTSTRUCT on the grid of a scan. A voxel belongs to a structure when its centre lies in a
 * contour of its slice, or in an odd number of them.
 * @throws MedlsamError `input` for contours that do not lie on the axial slices of the grid
 */
export function readRtStruct(set: DataSet, grid: VoxelGrid, file: string): DrawnStructures {
  const contourItems = itemsOf(set, 'x30060039')
  const skipped: string[] = []
  const rois = itemsOf(set, 'x30060020')
  const numbers = rois.map((roi) => numbersOf(roi, 'x30060022').at(0))
  const labelValues = labelValuesOf(numbers)
  const structures = rois.flatMap((roi, index): DrawnStructure[] => {
    const number = numbers[index]
    const name = wordsOf(roi, 'x30060026', set)
    const item = contourItems.find((each) => numbersOf(each, 'x30060084').at(0) === number)
    if (name === '' || item === undefined) return []
    const contours = itemsOf(item, 'x30060040').filter((each) => CLOSED.has(textOf(each, 'x30060042')))
    if (contours.length === 0) skipped.push(name)
    const slices = onSlices(contours, grid, { file, name })
    return [
      {
        name,
        labelValue: labelValues[index],
        color: rgbOf(numbersOf(item, 'x3006002a').map((part) => part / 255)),
        fill: (visit) => {
          fillSlices(slices, grid, visit)
        },
      },
    ]
  })
  return {
    structures,
    warnings:
      skipped.length === 0 ? [] : [`${skipped.join(', ')} of ${file} have no closed contours and were left out.`],
  }
}

/** The numbers of ROIs where they fit into a label map; the others get numbers that no ROI has. */
function labelValuesOf(numbers: readonly (number | undefined)[]): readonly number[] {
  const taken = new Set(numbers)
  const given = new Set<number>()
  return numbers.map((number) => {
    let value = number ?? 0
    const fits = Number.isInteger(value) && value > 0 && value <= 0xffff && !given.has(value)
    if (!fits) for (value = 1; taken.has(value) || given.has(value);) value++
    given.add(value)
    return value
  })
}

function onSlices(
  contours: readonly DataSet[],
  grid: VoxelGrid,
  { file, name }: { readonly file: string; readonly name: string },
): SliceContours {
  const order = canonicalOrder(grid)
  const toIndex = invertAffine(multiplyAffine(grid.affine, order.toStored))
  const slices = new Map<number, PixelContour[]>()
  for (const contour of contours) {
    const points = pointsOf(contour).map((point) => applyAffine(toIndex, lpsOf(point)))
    if (points.length < 3) continue
    const heights = points.map((point) => point[2])
    const [low, high] = [Math.min(...heights), Math.max(...heights)]
    if (high - low > 2 * FLAT_SLICES)
      throw inputError(
        file,
        `The contours of ${quoted(name)} in ${file} do not lie on the axial slices of the scan: use contours that were drawn on this scan.`,
      )
    const slice = Math.round((low + high) / 2)
    if (slice < 0 || slice >= order.size[2]) continue
    const flat = points.flatMap(([x, y]) => [x, y])
    slices.set(slice, [...(slices.get(slice) ?? []), flat])
  }
  return slices
}

function pointsOf(contour: DataSet): PointMm[] {
  const values = numbersOf(contour, 'x30060050')
  const points: PointMm[] = []
  for (let i = 0; i + 2 < values.length; i += 3) points.push([values[i], values[i + 1], values[i + 2]])
  return points
}

function fillSlices(slices: SliceContours, grid: VoxelGrid, visit: (voxel: number) => void): void {
  const { origin, strides, size } = canonicalOrder(grid)
  for (const [slice, contours] of slices)
    fillContours(contours, { columns: size[0], rows: size[1] }, (x, y) => {
      visit(origin + x * strides[0] + y * strides[1] + slice * strides[2])
    })
}
