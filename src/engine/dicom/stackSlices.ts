import { inputError } from '../../shared/inputError.js'
import type { Affine } from '../../shared/geometry/affine.js'
import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { add, cross, dot, scale, subtract } from '../../shared/geometry/vector.js'
import { checkAffine } from '../../imageio/checkGeometry.js'
import { placeMm, type DicomSeries } from './groupSeries.js'
import type { Orientation, SliceHeader } from './sliceHeader.js'
import { isDecoded } from './transferSyntax.js'

/** How far a slice lies from the first along its rows and its columns, in pixels. */
export type ShiftPx = readonly [number, number]

/** The slices of a series as a volume, before any pixel is read. */
export interface SliceStack {
  /** By position along the normal of the images. */
  readonly slices: readonly SliceHeader[]
  readonly size: Size3
  readonly spacingMm: PointMm
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
  /** Shift of each slice, where the gantry was tilted and slices must be moved over each other. */
  readonly shifts: readonly ShiftPx[] | null
  readonly warnings: readonly string[]
}

/** Slices nearer than that part of the usual distance are doubled. */
const DOUBLED = 0.1
/** Distances may differ from the usual one by that part of it: positions are written with few digits. */
const UNEVEN = 0.1
/** A gap of so many distances lacks a slice. */
const GAP = 1.5
/** Slices that lie so well over each other, in pixels, need not be moved. */
const STRAIGHT_PX = 0.5
/** The largest tilt of a gantry is 30 degrees; beyond this the files do not belong together. */
const MOST_TILT_DEGREES = 45
const SAME_PIXEL_PART = 1e-3

/**
 * Sorts the slices of a series by position, and checks that they make one volume.
 * @param name what messages call the series, such as its folder
 * @throws MedlsamError `input` with one sentence: slices missing or doubled, uneven distances, files cut, pixels that
 *   cannot be decoded
 */
export function stackSlices({ slices: unsorted }: DicomSeries, name: string): SliceStack {
  const slices = [...unsorted].sort((a, b) => placeMm(a) - placeMm(b))
  const [first, last] = [slices[0], slices[slices.length - 1]]
  const { orientation, position, pixelMm } = first
  if (orientation === null || position === null || pixelMm === null || last.position === null)
    throw inputError(name, `The DICOM slices of ${name} have no position or spacing: export the series again.`)
  slices.forEach(checkFile)
  checkPixelSizes(slices, pixelMm, name)
  const distanceMm = checkDistances(slices, name)
  const shifts = shiftsOf(slices, { orientation, position, pixelMm })
  const tilt = tiltDegrees(shifts, pixelMm, distanceMm * (slices.length - 1))
  if (tilt > MOST_TILT_DEGREES)
    throw inputError(
      name,
      `The slices of ${name} do not lie over each other: put slices of one series only into the folder.`,
    )
  const farthest = Math.max(...shifts.flat().map(Math.abs))
  const isStraight = farthest < STRAIGHT_PX
  const { columns, rows } = first
  const upright = isStraight ? { from: [0, 0] as const, to: [0, 0] as const } : reach(shifts)
  const size: Size3 = [columns + upright.to[0] - upright.from[0], rows + upright.to[1] - upright.from[1], slices.length]
  const origin = add(
    position,
    add(scale(orientation.row, upright.from[0] * pixelMm[0]), scale(orientation.column, upright.from[1] * pixelMm[1])),
  )
  const spacingMm: PointMm = [pixelMm[0], pixelMm[1], distanceMm]
  const affine = affineOf(orientation, spacingMm, origin)
  checkAffine(name, affine)
  return {
    slices,
    size,
    spacingMm,
    affine,
    shifts: isStraight ? null : shifts,
    warnings: isStraight
      ? []
      : [
          `The slices of ${name} do not lie straight over each other (tilted by ${tilt.toFixed(1)} degrees, as by the gantry): they were moved into an upright volume, and results lie on that.`,
        ],
  }
}

/** Whether a stack is whole numbers of HU as far as its headers say. */
export function isWhole({ slices }: Pick<SliceStack, 'slices'>): boolean {
  return slices.every(({ rescale }) => Number.isInteger(rescale.slope) && Number.isInteger(rescale.inter))
}

/** The whole pixels that slices reach beyond the first one, to each side. */
export function reach(shifts: readonly ShiftPx[]): {
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
} {
  const along = (axis: 0 | 1): readonly number[] => shifts.map((shift) => shift[axis])
  return {
    from: [Math.floor(Math.min(...along(0))), Math.floor(Math.min(...along(1)))],
    to: [Math.ceil(Math.max(...along(0))), Math.ceil(Math.max(...along(1)))],
  }
}

/** Rows and columns point along x and y of the array, and slices along their normal; LPS becomes RAS. */
function affineOf({ row, column }: Orientation, [x, y, z]: PointMm, origin: PointMm): Affine {
  const axes = [scale(row, x), scale(column, y), scale(cross(row, column), z), origin] as const
  const line = (patient: 0 | 1 | 2): [number, number, number, number] => {
    const sign = patient === 2 ? 1 : -1
    const [a, b, c, d] = axes
    // No negative zeros, which other programs do not write.
    return [sign * a[patient] + 0, sign * b[patient] + 0, sign * c[patient] + 0, sign * d[patient] + 0]
  }
  return [...line(0), ...line(1), ...line(2), 0, 0, 0, 1]
}

function checkFile({ file, transferSyntaxUid, pixels, sizeBytes, rows, columns, bitsAllocated }: SliceHeader): void {
  if (!isDecoded(transferSyntaxUid))
    throw inputError(
      file,
      `The pixels of ${file} are compressed in a way that cannot be decoded here (transfer syntax ${transferSyntaxUid}): export the series uncompressed.`,
    )
  if (pixels === null || pixels.lengthBytes === null) return
  const neededBytes = (rows * columns * bitsAllocated) / 8
  const isDeflated = transferSyntaxUid.endsWith('.1.99')
  if (pixels.lengthBytes < neededBytes || (!isDeflated && pixels.offsetBytes + neededBytes > sizeBytes))
    throw inputError(file, `${file} is cut off: it holds fewer pixels than its header promises, so copy it again.`)
}

function checkPixelSizes(slices: readonly SliceHeader[], pixelMm: readonly [number, number], name: string): void {
  const isOther = ({ pixelMm: own }: SliceHeader): boolean =>
    own === null || own.some((mm, axis) => Math.abs(mm - pixelMm[axis]) > SAME_PIXEL_PART * pixelMm[axis])
  const other = slices.find(isOther)
  if (other === undefined) return
  throw inputError(
    other.file,
    `The slices of ${name} have pixels of different sizes (${other.file} differs): put slices of one series only into the folder.`,
  )
}

/** The distance between slices in mm. @throws MedlsamError `input` where it is not the same everywhere */
function checkDistances(slices: readonly SliceHeader[], name: string): number {
  const places = slices.map(placeMm)
  const gaps = places.slice(1).map((place, i) => place - places[i])
  const usual = usualGap(gaps)
  const doubled = gaps.findIndex((gap) => gap <= DOUBLED * usual || gap === 0)
  if (doubled >= 0)
    throw inputError(
      slices[doubled].file,
      `The series of ${name} has doubled slices: ${slices[doubled].file} and ${slices[doubled + 1].file} lie at the same place, so keep one series, time and copy in the folder.`,
    )
  const missing = gaps.reduce((sum, gap) => sum + (isWholeGap(gap, usual) ? Math.round(gap / usual) - 1 : 0), 0)
  const gapAt = gaps.findIndex((gap) => isWholeGap(gap, usual))
  if (missing > 0)
    throw inputError(
      name,
      `The series of ${name} lacks ${missing === 1 ? 'a slice' : `${missing} slices`}, the first after slice ${gapAt + 1} of ${slices.length} by position: copy or export the whole series again.`,
    )
  const uneven = gaps.findIndex((gap) => Math.abs(gap - usual) > UNEVEN * usual)
  if (uneven >= 0)
    throw inputError(
      name,
      `The slices of ${name} lie at uneven distances, ${gaps[uneven].toFixed(2)} mm after slice ${uneven + 1} and ${usual.toFixed(2)} mm elsewhere: export a series with even distances.`,
    )
  return (places[places.length - 1] - places[0]) / gaps.length
}

/** The distance of neighbours: the smallest where all are multiples of it, else the one in the middle. */
function usualGap(gaps: readonly number[]): number {
  const sorted = [...gaps].sort((a, b) => a - b)
  const [smallest, middle] = [sorted[0], sorted[sorted.length >> 1]]
  if (smallest <= DOUBLED * middle) return middle
  const isSmallest = (gap: number): boolean => Math.abs(gap - smallest) <= UNEVEN * smallest
  return gaps.every((gap) => isSmallest(gap) || isWholeGap(gap, smallest)) ? smallest : middle
}

function isWholeGap(gap: number, usual: number): boolean {
  return gap > GAP * usual && Math.abs(gap / usual - Math.round(gap / usual)) <= UNEVEN
}

interface FirstSlice {
  readonly orientation: Orientation
  readonly position: PointMm
  readonly pixelMm: readonly [number, number]
}

function shiftsOf(slices: readonly SliceHeader[], { orientation, position, pixelMm }: FirstSlice): ShiftPx[] {
  return slices.map((slice) => {
    const from = subtract(slice.position ?? position, position)
    return [dot(from, orientation.row) / pixelMm[0], dot(from, orientation.column) / pixelMm[1]]
  })
}

function tiltDegrees(shifts: readonly ShiftPx[], pixelMm: readonly [number, number], heightMm: number): number {
  const sideways = Math.max(...shifts.map(([x, y]) => Math.hypot(x * pixelMm[0], y * pixelMm[1])))
  return (Math.atan2(sideways, heightMm) * 180) / Math.PI
}
