import { deepestPixel, largestPiece } from '../src/engine/refine/pixelMask.js'
import { labelExtents } from '../src/engine/labels/extremePoints.js'
import { dropStrayPieces } from '../src/engine/labels/components.js'
import { axialView, viewPointMm } from '../src/engine/sam/slices/axialView.js'
import { wallErrorsMm } from '../src/shared/geometry/wallErrors.js'
import { cutSides, truthBoxMm } from '../src/lab/evaluation/truthBox.js'
import { EXTREME_SIDES, SIDE_AXIS, type BoxMm, type ExtremeSide, type PointMm } from '../src/shared/geometry/points.js'
import { mapAxes } from '../src/shared/geometry/vector.js'
import type { LabelVolume } from '../src/shared/geometry/volume.js'

// What a person would do who sees the truth. Nothing else of the truth may reach what segments.

/** A face of a box is moved when it is off by more. */
const BAD_FACE_MM = 5
/** Rectangle and ends of a box that is drawn where nothing was found. */
const ACTIONS_OF_NEW_BOX = 2
/** A piece of error of fewer voxels on a slice is not worth a click. */
const LEAST_PIXELS = 4

/** A box as the annotator leaves it, or a face of it. */
export interface BoxAction {
  readonly labelValue: number
  /** Null for a new box. */
  readonly side: ExtremeSide | null
  readonly box: BoxMm
  /** How far off it was; largest first is how they are done. */
  readonly errorMm: number
  readonly actions: number
}

/** What is set right, the worst first: faces that are off by more than 5 mm, and boxes of what was not found. */
export function boxActions(truth: LabelVolume, boxes: ReadonlyMap<number, BoxMm>): BoxAction[] {
  const tidy = dropStrayPieces(truth, labelExtents(truth))
  return labelExtents(tidy)
    .flatMap((extent): BoxAction[] => {
      const { labelValue } = extent
      const box = truthBoxMm(tidy, extent)
      const found = boxes.get(labelValue)
      if (found === undefined) return [{ labelValue, side: null, box, errorMm: Infinity, actions: ACTIONS_OF_NEW_BOX }]
      const errors = wallErrorsMm(found, box)
      const cut = cutSides(tidy, extent)
      return EXTREME_SIDES.filter((side) => !cut.includes(side) && Math.abs(errors[side]) > BAD_FACE_MM).map(
        (side) => ({
          ...{ labelValue, side, box, errorMm: Math.abs(errors[side]), actions: 1 },
        }),
      )
    })
    .sort((a, b) => b.errorMm - a.errorMm)
}

/** A box with the faces that were moved. */
export function afterActions(before: BoxMm | undefined, actions: readonly BoxAction[]): BoxMm | undefined {
  return actions.reduce<BoxMm | undefined>((box, { side, box: truth }) => {
    if (side === null || box === undefined) return truth
    const { axis, sign } = SIDE_AXIS[side]
    const end = sign > 0 ? 'max' : 'min'
    return { ...box, [end]: mapAxes((at) => (at === axis ? truth : box)[end][at]) }
  }, before)
}

/** A click, and how many voxels were wrong on its slice. */
export interface Click {
  readonly labelValue: number
  readonly pointMm: PointMm
  readonly isInside: boolean
  readonly wrong: number
}

/** Where a person would click: in the middle of the largest piece that is wrong, on the slice where most is; null where all is well. */
export function nextClick(labels: LabelVolume, truth: LabelVolume, labelValue: number): Click | null {
  const view = axialView(truth)
  const [width, height, slices] = view.size
  let worst: { readonly slice: number; readonly missed: Uint8Array; readonly wrong: number } | null = null
  for (let slice = 0; slice < slices; slice++) {
    const missed = new Uint8Array(width * height)
    let wrong = 0
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const voxel = view.origin + x * view.strides[0] + y * view.strides[1] + slice * view.strides[2]
        const [is, should] = [labels.data[voxel] === labelValue, truth.data[voxel] === labelValue]
        if (is === should) continue
        missed[at] = should ? 1 : 2
        wrong++
      }
    if (wrong > (worst?.wrong ?? 0)) worst = { slice, missed, wrong }
  }
  if (worst === null) return null
  const { slice, missed, wrong } = worst
  const pieces = [1, 2].map((kind) => {
    const piece = largestPiece({ width, height, data: missed.map((value) => (value === kind ? 1 : 0)) })
    return { isInside: kind === 1, piece, pixels: piece.data.reduce((sum, value) => sum + value, 0) }
  })
  const { isInside, piece, pixels } = pieces[0].pixels >= pieces[1].pixels ? pieces[0] : pieces[1]
  const middle = deepestPixel(piece)
  if (middle === null || pixels < LEAST_PIXELS) return null
  return { labelValue, isInside, wrong, pointMm: viewPointMm(view, middle.x, middle.y, slice) }
}

/** Dice of every structure that is drawn, by label value. */
export function diceByLabel(labels: LabelVolume, truth: LabelVolume): ReadonlyMap<number, number> {
  const counts = new Map<number, { both: number; sum: number }>()
  const count = (value: number): { both: number; sum: number } => {
    const known = counts.get(value) ?? { both: 0, sum: 0 }
    counts.set(value, known)
    return known
  }
  truth.data.forEach((value, at) => {
    const mine = labels.data[at]
    if (value !== 0) count(value).sum++
    if (mine !== 0) count(mine).sum++
    if (value !== 0 && value === mine) count(value).both++
  })
  return new Map(
    labelExtents(truth).map(({ labelValue }) => {
      const { both, sum } = count(labelValue)
      return [labelValue, (2 * both) / sum]
    }),
  )
}
