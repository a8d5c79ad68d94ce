import { boxOfPoints, type BoxMm, type ExtremePoints } from '../../shared/geometry/points.js'
import type { PulledStructure, TemplateAlignment } from './alignTemplate.js'
import type { Grid } from './grid.js'
import { keepLargestPiece } from './largestPiece.js'
import { pointsOfMask } from './maskPoints.js'
import { moveExtremePoints } from './movePoints.js'
import type { SoftMask } from './pullMasks.js'
import { boxOfMask, fuseVotes } from './vote.js'

/** One structure as the templates together find it. */
export interface FusedStructure {
  readonly name: string
  readonly status: 'found' | 'not-found'
  /** One sentence on why it was not found, or that it is cut. */
  readonly reason?: string
  /** 0 to 1: the box IoU to expect. */
  readonly confidence: number
  /** Mean Dice of the templates' masks with the fused one, 0 to 1; 1 for a single template. */
  readonly agreement: number
  /** Correlation of edges in and around it, weighted as the votes. */
  readonly likeness: number
  /** Share of the structure inside the field of view. */
  readonly inside: number
  /** Where `mask`, over 255, exceeds this the structure is. */
  readonly level: number
  /** How many templates voted. */
  readonly votes: number
  /** Whether it is drawn in the templates that voted; the mask is a stand-in where only its points are known. */
  readonly drawn: boolean
  readonly mask: SoftMask | null
  readonly boxMm: BoxMm | null
  readonly extremePointsMm: ExtremePoints | null
}

/** How much more a vote weighs per unit of likeness, of the structure and of the whole: e-fold per 1 / 12 each. */
const WEIGHT_PER_LIKENESS = 12
/** Boxes are cut this much lower than masks: means of masks shrink at their ends. */
const BOX_LOWER = 0.05
/** Pieces hang together at this part of the mask's level. */
const PIECE_LEVEL = 0.5

/** Less of a structure than this inside the scan means that it is not in it. */
const LEAST_INSIDE = 0.05
/** From here on the field of view cuts it. */
const WHOLE_INSIDE = 0.97
/** Edges around a structure that correlate less show something else. */
const LEAST_LIKENESS = 0.55

/** A structure of one template and the template's alignment. */
interface Ballot {
  readonly structure: PulledStructure
  readonly from: TemplateAlignment
}

/** Fitted to the box IoU of 20 whole organs in scans of the trunk, each found by the other scans. */
const CONFIDENCE = { base: -0.27, perLikeness: 0.53, perAgreement: 0.65 } as const
/** Agreement assumed of a single template, which has none to agree with. */
const SINGLE_AGREEMENT = 0.7

/** The box IoU to expect, from how alike the edges around a structure are and how well the templates agree. */
function confidenceOf(likeness: number, agreement: number, votes: number): number {
  const { base, perLikeness, perAgreement } = CONFIDENCE
  return Math.min(
    1,
    Math.max(0, base + perLikeness * likeness + perAgreement * (votes > 1 ? agreement : SINGLE_AGREEMENT)),
  )
}

/** Dice of two soft masks: twice the shared part over the sum. */
export function softDice(a: SoftMask, b: SoftMask): number {
  const from = [0, 1, 2].map((k) => Math.max(a.low[k], b.low[k]))
  const to = [0, 1, 2].map((k) => Math.min(a.low[k] + a.size[k], b.low[k] + b.size[k]))
  let shared = 0
  for (let z = from[2]; z < to[2]; z++) {
    for (let y = from[1]; y < to[1]; y++) {
      let i = from[0] - a.low[0] + a.size[0] * (y - a.low[1] + a.size[1] * (z - a.low[2]))
      let j = from[0] - b.low[0] + b.size[0] * (y - b.low[1] + b.size[1] * (z - b.low[2]))
      for (let x = from[0]; x < to[0]; x++, i++, j++) shared += Math.min(a.data[i], b.data[j])
    }
  }
  return (2 * shared) / Math.max(1, sumOf(a) + sumOf(b))
}

function sumOf({ data }: SoftMask): number {
  let total = 0
  for (const value of data) total += value
  return total
}

/** Lets the templates vote on one structure. */
function fuseStructure(grid: Grid, name: string, ballots: readonly Ballot[]): FusedStructure {
  const weights = ballots.map(({ structure, from }) =>
    Math.exp(WEIGHT_PER_LIKENESS * (structure.likeness + from.edges)),
  )
  const total = weights.reduce((a, b) => a + b, 0)
  const weighted = (of: (ballot: Ballot) => number): number =>
    ballots.reduce((sum, ballot, i) => sum + weights[i] * of(ballot), 0) / total
  const votes = ballots.map(({ structure, from }, i) => ({
    mask: structure.mask,
    weight: weights[i] / total,
    known: structure.cutInTemplate ? from.known : null,
  }))
  const { mask: mean, level } = fuseVotes(grid, votes)
  const mask = keepLargestPiece(mean, PIECE_LEVEL * level)
  const boxMm = boxOfMask(mask, grid, level - BOX_LOWER)
  const agreement = ballots.length < 2 ? 1 : weighted(({ structure }) => softDice(structure.mask, mask))
  const likeness = weighted(({ structure }) => structure.likeness)
  const inside = weighted(({ structure }) => structure.inside)
  const drawn = ballots.some(({ structure }) => structure.points === null)
  const confidence = confidenceOf(likeness, agreement, ballots.length)
  const common = { name, confidence, agreement, likeness, inside, level, votes: ballots.length, drawn }
  const refuse = (reason: string): FusedStructure => ({ ...notFound(name, reason), ...common })
  if (inside < LEAST_INSIDE)
    return refuse(
      `Only ${Math.round(100 * inside)} % of it would lie in this scan: it is outside of the field of view.`,
    )
  if (likeness < LEAST_LIKENESS)
    return refuse(
      `Around its place the scan does not look like the templates (likeness ${likeness.toFixed(2)}): it may be absent.`,
    )
  if (boxMm === null) return refuse('The templates do not agree on where it is.')
  const cut =
    inside < WHOLE_INSIDE
      ? { reason: `The field of view cuts it: about ${Math.round(100 * inside)} % of it is inside.` }
      : {}
  const moved = movedPoints(ballots)
  return {
    ...common,
    ...cut,
    status: 'found',
    mask,
    boxMm: moved === null ? boxMm : boxOfPoints(moved),
    extremePointsMm: moved ?? pointsOfMask(mask, grid, level - BOX_LOWER, boxMm),
  }
}

/**
 * The extreme points of templates where nobody has drawn the structure, moved to the query; null where it is drawn, or
 * where the points have passed each other.
 */
function movedPoints(ballots: readonly Ballot[]): ExtremePoints | null {
  const given = ballots.flatMap(({ structure: { points }, from }) =>
    points === null ? [] : [{ alignment: from, points }],
  )
  if (given.length < ballots.length) return null
  const moved = moveExtremePoints(given)
  const { min, max } = boxOfPoints(moved)
  return min.every((mm, axis) => mm < max[axis]) ? moved : null
}

/** Lets the templates vote on every structure. */
export function fuseStructures(
  grid: Grid,
  names: readonly string[],
  aligned: readonly TemplateAlignment[],
): FusedStructure[] {
  return names.map((name) => {
    const ballots = aligned.flatMap((from) =>
      from.structures.filter(({ mask }) => mask.name === name).map((structure) => ({ structure, from })),
    )
    const drawn = ballots.filter(({ structure }) => structure.points === null)
    if (ballots.length > 0) return fuseStructure(grid, name, drawn.length > 0 ? drawn : ballots)
    return notFound(name, 'No template that is like this scan has it here: it lies outside of the field of view.')
  })
}

/** A structure that was not found, and why. */
export function notFound(name: string, reason: string): FusedStructure {
  return {
    name,
    status: 'not-found',
    reason,
    confidence: 0,
    agreement: 0,
    likeness: 0,
    inside: 0,
    level: 0.5,
    votes: 0,
    drawn: false,
    mask: null,
    boxMm: null,
    extremePointsMm: null,
  }
}
