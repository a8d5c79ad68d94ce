import type { PointMm } from '../../shared/geometry/points.js'
import type { CarryEnd } from '../../shared/refinement.js'
import type { PromptPoint } from '../sam/prompts/prompt.js'
import { regionAround } from '../sam/slices/sliceImage.js'
import {
  boundsOf,
  countPixels,
  deepestPixel,
  grown,
  largestPiece,
  maskWhere,
  without,
  type PixelMask,
} from './pixelMask.js'
import { promptMask } from './promptMask.js'
import type { SliceAsker } from './sliceAsker.js'
import type { StructureSlices } from './structureSlices.js'

/** From one slice to the next a border moves no further than this. */
const REACH_MM = 3
/** A change of fewer pixels, or of a smaller share of what the points changed, is none. */
const LEAST_PIXELS = 4
const LEAST_SHARE = 0.1
/**
 * What is wrong is about as high as it is wide: a change is carried no further than this share of its width. Chosen on `dev`
 * scans (docs/correcting.md).
 */
const FARTHEST = 0.5
/** So much around the mask is asked about. */
const AROUND_PIXELS = 8

/** Where a change is carried. */
export interface Carrying {
  readonly slices: StructureSlices
  readonly asker: SliceAsker
  /** Width and height of a pixel, distance of slices. */
  readonly spacingMm: PointMm
  /** Slices that are not changed. */
  readonly fixed: ReadonlySet<number>
  /** Slices with points of their own. */
  readonly withPoints: ReadonlySet<number>
}

/**
 * Carries what changed on a slice to its neighbours on one side, each after the mask of the one before: the segmenter is
 * asked with that mask and with points in the middle of what changed, and its answer counts near that change alone.
 * @returns why it ended
 * @throws MedlsamError `model`, `cancelled`
 */
export async function carryChange(carrying: Carrying, from: number, step: 1 | -1): Promise<CarryEnd> {
  const { slices, fixed, withPoints, spacingMm } = carrying
  let change = changeOf(slices.before(from), slices.at(from))
  const least = Math.max(LEAST_PIXELS, LEAST_SHARE * countPixels(change.all))
  const widthMm = Math.sqrt(countPixels(largestPiece(change.all)) * spacingMm[0] * spacingMm[1])
  const farthest = Math.round((FARTHEST * widthMm) / spacingMm[2])
  for (let slice = from + step; ; slice += step) {
    if (Math.abs(slice - from) > farthest) return 'far'
    if (fixed.has(slice)) return 'fixed'
    if (withPoints.has(slice)) return 'points'
    // Where the structure ended it still ends: what a tube leads to is another structure.
    if (!slices.isThere(slice)) return 'structureEnds'
    const before = slices.at(slice)
    const asked = await predicted(carrying, slice, change)
    const after = slices.set(slice, asked)
    change = changeOf(before, after)
    if (countPixels(change.all) >= least) continue
    slices.set(slice, before)
    return 'settled'
  }
}

/** What went into a mask and out of it. */
interface Change {
  readonly after: PixelMask
  readonly added: PixelMask
  readonly removed: PixelMask
  readonly all: PixelMask
}

function changeOf(before: PixelMask, after: PixelMask): Change {
  return {
    after,
    added: without(after, before),
    removed: without(before, after),
    all: maskWhere(before, (at) => before.data[at] !== after.data[at]),
  }
}

/** The mask of a slice after what changed on the one before it. */
async function predicted({ slices, asker, spacingMm }: Carrying, slice: number, change: Change): Promise<PixelMask> {
  const before = slices.at(slice)
  const reach = spacingMm.map((mm) => Math.max(1, Math.round(REACH_MM / mm)))
  const mayAdd = grown(change.added, reach[0], reach[1])
  const mayRemove = grown(change.removed, reach[0], reach[1])
  const expected = maskWhere(before, (at) =>
    (mayAdd.data[at] | mayRemove.data[at]) === 0 ? before.data[at] !== 0 : change.after.data[at] !== 0,
  )
  const box = boundsOf(expected)
  if (box === null) return expected
  const around = {
    x0: box.x0 - AROUND_PIXELS,
    y0: box.y0 - AROUND_PIXELS,
    x1: box.x1 + AROUND_PIXELS,
    y1: box.y1 + AROUND_PIXELS,
  }
  const region = regionAround(around, before.width, before.height)
  const points = [...middleOf(change.added, true), ...middleOf(change.removed, false)]
  const mask = asker.segmenter.prompts.masks ? promptMask(expected, region) : null
  const answer = await asker.ask(slice, { box, points, mask }, region)
  return maskWhere(before, (at) => {
    if (answer.data[at] !== 0) return before.data[at] !== 0 || mayAdd.data[at] !== 0
    return before.data[at] !== 0 && mayRemove.data[at] === 0
  })
}

/** A point in the middle of the largest piece of a change. */
function middleOf(change: PixelMask, isInside: boolean): PromptPoint[] {
  const middle = deepestPixel(largestPiece(change))
  return middle === null ? [] : [{ x: middle.x + 0.5, y: middle.y + 0.5, isInside }]
}
