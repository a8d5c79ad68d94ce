import type { PromptPoint } from '../sam/prompts/prompt.js'
import { regionAround, type PixelBox, type PixelRegion } from '../sam/slices/sliceImage.js'
import { unionPixels } from '../sam/prompts/sliceBoxes.js'
import { boundsOf, maskWhere, type PixelMask } from './pixelMask.js'
import { promptMask } from './promptMask.js'
import type { SliceAsker } from './sliceAsker.js'

/**
 * A point that is wrong in the mask as it was has its say within so many times its distance from the border of that mask:
 * users click into the middle of what is wrong. Chosen on `dev` scans (docs/correcting.md).
 */
const NEAR = 2.5
/** Within this share of the distance it is obeyed, whatever the segmenter says. */
const OBEYED = 0.5
/** It is never obeyed further than that. */
const MOST_OBEYED_MM = 10
/** What is obeyed around a point on a slice without a mask. */
const LEAST_OBEYED_MM = 2
/** So much around the box is asked about. */
const AROUND_MM = 15

/** A slice to correct. */
export interface SliceToRefine {
  readonly slice: number
  /** The mask before any point was set. */
  readonly base: PixelMask
  /** The box of the structure on the nearest slice that has a mask, where this one has none. */
  readonly nearby: PixelBox | null
  /** Width and height of a pixel. */
  readonly pixelMm: readonly [number, number]
  readonly points: readonly PromptPoint[]
}

/**
 * The mask of a slice after points were set on it: the segmenter's, for the box of the mask that was there and all points,
 * but only around points that were wrong in that mask; all else stays as it is.
 * @throws MedlsamError `model`
 */
export async function refineSlice(asker: SliceAsker, toRefine: SliceToRefine): Promise<PixelMask> {
  const { slice, base, points, pixelMm } = toRefine
  const box = promptBox(toRefine)
  const around = points.map(({ x, y }): PixelBox => ({ x0: x - 0.5, y0: y - 0.5, x1: x + 0.5, y1: y + 0.5 }))
  const asked = [...(box === null ? [] : [box]), ...around].reduce(unionPixels)
  const region = regionAround(grownMm(asked, AROUND_MM, pixelMm), base.width, base.height)
  const weighted = points.map((point) => weigh(base, point, pixelMm))
  const mask =
    asker.segmenter.prompts.masks && box !== null ? promptMask(withPoints(base, base, weighted, pixelMm), region) : null
  const answer = await asker.ask(slice, { box, points, mask }, region)
  return withPoints(base, answer, weighted, pixelMm)
}

/** The box of what is there and of what points add; null where nothing is known but points. */
function promptBox({ base, nearby, points }: SliceToRefine): PixelBox | null {
  const known = boundsOf(base) ?? nearby
  if (known === null) return null
  return points
    .filter(({ isInside }) => isInside)
    .map(({ x, y }): PixelBox => ({ x0: x - 0.5, y0: y - 0.5, x1: x + 0.5, y1: y + 0.5 }))
    .reduce(unionPixels, known)
}

/** A box with so many mm around it. */
function grownMm({ x0, y0, x1, y1 }: PixelBox, mm: number, [columnMm, rowMm]: readonly [number, number]): PixelRegion {
  const [dx, dy] = [mm / columnMm, mm / rowMm]
  return { x0: x0 - dx, y0: y0 - dy, x1: x1 + dx, y1: y1 + dy }
}

/** A point with the distances at which it counts, squared. */
interface Weighted extends PromptPoint {
  readonly obeyed: number
  /** 0 for a point that was right before: it only keeps what is there. */
  readonly near: number
}

/** A mask that follows the answer near points that were wrong, obeys points where they are, and is the one before elsewhere. */
function withPoints(
  base: PixelMask,
  answer: PixelMask,
  weighted: readonly Weighted[],
  pixelMm: readonly [number, number],
): PixelMask {
  const squared = (at: number, { x, y }: PromptPoint): number =>
    (((at % base.width) + 0.5 - x) * pixelMm[0]) ** 2 + ((Math.floor(at / base.width) + 0.5 - y) * pixelMm[1]) ** 2
  return maskWhere(base, (at) => {
    let [obeyed, obeyedFrom] = [base.data[at] !== 0, Infinity]
    let isChanged = false
    for (const point of weighted) {
      const distance = squared(at, point)
      if (distance <= point.obeyed && distance < obeyedFrom) [obeyed, obeyedFrom] = [point.isInside, distance]
      if (distance <= point.near && (answer.data[at] !== 0) === point.isInside) isChanged = true
    }
    if (obeyedFrom < Infinity) return obeyed
    return isChanged ? answer.data[at] !== 0 : base.data[at] !== 0
  })
}

function weigh(base: PixelMask, point: PromptPoint, [columnMm, rowMm]: readonly [number, number]): Weighted {
  const [column, row] = [Math.floor(point.x), Math.floor(point.y)]
  const isInBase = base.data[row * base.width + column] !== 0
  let nearest = Infinity
  for (let at = 0; at < base.data.length; at++) {
    if ((base.data[at] !== 0) === isInBase) continue
    const [dx, dy] = [(at % base.width) - column, Math.floor(at / base.width) - row]
    nearest = Math.min(nearest, (dx * columnMm) ** 2 + (dy * rowMm) ** 2)
  }
  // To the border, which runs between the pixels.
  const borderMm = Math.max(0, Math.sqrt(nearest) - Math.min(columnMm, rowMm) / 2)
  const isEmpty = nearest === Infinity
  const obeyedMm = isEmpty ? LEAST_OBEYED_MM : Math.min(MOST_OBEYED_MM, OBEYED * borderMm)
  const isWrong = isInBase !== point.isInside
  return {
    isInside: point.isInside,
    x: column + 0.5,
    y: row + 0.5,
    obeyed: obeyedMm ** 2,
    near: isWrong ? (isEmpty ? Infinity : (NEAR * borderMm) ** 2) : 0,
  }
}
