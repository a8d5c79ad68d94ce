import { applyAffine, invertAffine } from '../../../shared/geometry/affine.js'
import type { PointMm } from '../../../shared/geometry/points.js'
import { add, scale, subtract } from '../../../shared/geometry/vector.js'
import { inputError } from '../../../shared/inputError.js'
import { itemsOf, numbersOf, pixelElement, textOf, wordsOf, type DataSet } from '../dataSet.js'
import { orientationOf, pointOf } from '../parseHeader.js'
import type { DrawnStructure, DrawnStructures, VoxelGrid } from './drawnStructure.js'
import { lpsOf } from './slicePlace.js'

/** Voxels of two grids are the same when they lie so close, in voxels. */
const SAME_VOXEL = 0.02

/** One picture of a segmentation, and where its pixels are in the grid's array. */
interface Frame {
  readonly segment: number
  /** Place of its first pixel in the array, and the steps to the next pixel of a row and to the next row. */
  readonly first: number
  readonly steps: readonly [number, number]
  readonly isSet: (pixel: number) => boolean
}

/**
 * Reads the segments of a DICOM SEG on the grid of the scan that they were drawn on: the same voxels. Of fractions at
 * least one half counts.
 * @throws MedlsamError `input` for another grid, and for pixels that are compressed or cut off
 */
export function readSegmentation(set: DataSet, grid: VoxelGrid, file: string): DrawnStructures {
  const frames = framesOf(set, grid, file)
  const [rows, columns] = [set.uint16('x00280010') ?? 0, set.uint16('x00280011') ?? 0]
  const structures = itemsOf(set, 'x00620002').map((segment, index): DrawnStructure => {
    const number = segment.uint16('x00620004') ?? index + 1
    const own = frames.filter((frame) => frame.segment === number)
    return {
      name: wordsOf(segment, 'x00620005', set) || `Segment ${number}`,
      labelValue: number,
      color: undefined,
      fill: (visit) => {
        for (const { first, steps, isSet } of own)
          for (let y = 0, pixel = 0; y < rows; y++)
            for (let x = 0; x < columns; x++, pixel++) if (isSet(pixel)) visit(first + x * steps[0] + y * steps[1])
      },
    }
  })
  return { structures, warnings: [] }
}

function framesOf(set: DataSet, grid: VoxelGrid, file: string): readonly Frame[] {
  const pixels = (set.uint16('x00280010') ?? 0) * (set.uint16('x00280011') ?? 0)
  const groups = itemsOf(set, 'x52009230')
  const shared = itemsOf(set, 'x52009229').at(0)
  const isSetAt = pixelReader(set, pixels * groups.length, file)
  return groups.map((group, index) => {
    const inGroups = (sequence: string): DataSet | undefined =>
      itemsOf(group, sequence).at(0) ?? (shared === undefined ? undefined : itemsOf(shared, sequence).at(0))
    const place = placeOf(set, inGroups, grid)
    if (place === null)
      throw inputError(
        file,
        `The segments of ${file} do not lie on the voxels of the scan: use a segmentation of this scan.`,
      )
    return {
      ...place,
      segment: inGroups('x0062000a')?.uint16('x0062000b') ?? 0,
      isSet: (pixel) => isSetAt(index * pixels + pixel),
    }
  })
}

/** Where the pixels of a frame are in the grid's array; null where they are not its voxels. */
function placeOf(
  set: DataSet,
  inGroups: (sequence: string) => DataSet | undefined,
  { size, affine }: VoxelGrid,
): Pick<Frame, 'first' | 'steps'> | null {
  const numbers = (sequence: string, tag: string): readonly number[] => {
    const group = inGroups(sequence)
    return group === undefined ? [] : numbersOf(group, tag)
  }
  const orientation = orientationOf(numbers('x00209116', 'x00200037'))
  const position = pointOf(numbers('x00209113', 'x00200032'))
  const [betweenRows, betweenColumns] = numbers('x00289110', 'x00280030')
  const [rows, columns] = [set.uint16('x00280010') ?? 0, set.uint16('x00280011') ?? 0]
  if (orientation === null || position === null || rows === 0 || columns === 0) return null
  const alongRow = scale(orientation.row, betweenColumns * (columns - 1))
  const alongColumn = scale(orientation.column, betweenRows * (rows - 1))
  const inverse = invertAffine(affine)
  const voxelOf = (point: PointMm): PointMm | null => {
    const exact = applyAffine(inverse, lpsOf(point))
    const [x, y, z] = exact.map(Math.round)
    const isVoxel = [x, y, z].every((at, axis) => Math.abs(at - exact[axis]) < SAME_VOXEL && at >= 0 && at < size[axis])
    return isVoxel ? [x, y, z] : null
  }
  const corners = [position, add(position, alongRow), add(position, alongColumn)].map(voxelOf)
  const [first, right, down] = corners
  if (first === null || right === null || down === null) return null
  const indexOf = ([x, y, z]: PointMm): number => x + size[0] * (y + size[1] * z)
  const stepOf = (to: PointMm, count: number): number | null => {
    const moved = subtract(to, first).map(Math.abs)
    // From voxel to voxel along one axis.
    const isAlongAxis = moved.filter((steps) => steps !== 0).length <= 1 && moved.some((steps) => steps === count - 1)
    return isAlongAxis ? (count === 1 ? 0 : (indexOf(to) - indexOf(first)) / (count - 1)) : null
  }
  const [rowStep, columnStep] = [stepOf(right, columns), stepOf(down, rows)]
  return rowStep === null || columnStep === null ? null : { first: indexOf(first), steps: [rowStep, columnStep] }
}

/** Tells whether a pixel is set, by its number over all frames. */
function pixelReader(set: DataSet, count: number, file: string): (pixel: number) => boolean {
  const element = pixelElement(set)
  const bits = set.uint16('x00280100') ?? 1
  const isFraction = textOf(set, 'x00620001') === 'FRACTIONAL'
  if ((bits !== 1 && !isFraction) || (isFraction && bits !== 8))
    throw inputError(
      file,
      `${file} holds segments in a form that is not read (${bits} bits): export it as binary segments.`,
    )
  if (element === null || element.encapsulatedPixelData === true || element.length * (8 / bits) < count)
    throw inputError(file, `The pixels of ${file} are compressed, or cut off: export it uncompressed.`)
  const bytes = set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length)
  const half = (set.uint16('x0062000e') ?? 255) / 2
  return isFraction ? (pixel) => bytes[pixel] >= half : (pixel) => (bytes[pixel >> 3] & (1 << (pixel & 7))) !== 0
}
