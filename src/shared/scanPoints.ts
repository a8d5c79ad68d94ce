import { z } from 'zod'
import {
  EXTREME_SIDES,
  pointMmSchema,
  SIDE_AXIS,
  type BoxMm,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from './geometry/points.js'
import { mapAxes } from './geometry/vector.js'
import { colorSchema } from './structure.js'

/** Schema of a structure that is being marked: its points may be incomplete. */
export const structurePointsSchema = z
  .object({
    name: z.string().min(1),
    color: colorSchema,
    points: z.partialRecord(z.enum(EXTREME_SIDES), pointMmSchema).readonly(),
  })
  .readonly()

/** A structure that is being marked: its points may be incomplete. */
export type StructurePoints = z.infer<typeof structurePointsSchema>

/** Schema of everything marked in one scan. */
export const scanPointsSchema = z.object({ structures: z.array(structurePointsSchema).readonly() }).readonly()

/** Everything marked in one scan. */
export type ScanPoints = z.infer<typeof scanPointsSchema>

/** A scan without points. */
export const NO_POINTS: ScanPoints = { structures: [] }

/** The order in which users are guided: in pairs, each seen in one plane. */
export const MARKING_SIDES = ['inferior', 'superior', 'posterior', 'anterior', 'right', 'left'] as const

/** Sides whose point lies beyond the one of the other side: a superior point below the inferior one, and that one too. */
export function contradictorySides({ points }: StructurePoints): ExtremeSide[] {
  return MARKING_SIDES.filter((side, at) => {
    const other = MARKING_SIDES[at % 2 === 0 ? at + 1 : at - 1]
    const [here, there] = [points[side], points[other]]
    const { axis, sign } = SIDE_AXIS[side]
    return here !== undefined && there !== undefined && (here[axis] - there[axis]) * sign < 0
  })
}

/** One sentence about structures whose points contradict each other; null where none do. */
export function contradictionText({ structures }: ScanPoints): string | null {
  const names = structures.filter((structure) => contradictorySides(structure).length > 0).map(({ name }) => name)
  return names.length === 0
    ? null
    : `Points of ${names.join(', ')} contradict each other, such as a superior one below the inferior one.`
}

/** The first side without a point, in the order in which users are guided; null when all six are there. */
export function nextSide(structure: StructurePoints): ExtremeSide | null {
  return MARKING_SIDES.find((side) => structure.points[side] === undefined) ?? null
}

/** The six points, or null while some are missing. */
export function completePoints(structure: StructurePoints): ExtremePoints | null {
  const { inferior, posterior, right, superior, anterior, left } = structure.points
  if (!inferior || !posterior || !right || !superior || !anterior || !left) return null
  return { inferior, posterior, right, superior, anterior, left }
}

/** The box that the points placed so far span; null without points. */
export function boxOfPlacedPoints(structure: StructurePoints): BoxMm | null {
  const points = EXTREME_SIDES.map((side) => structure.points[side]).filter((point) => point !== undefined)
  if (points.length === 0) return null
  const perAxis = (pick: (...values: number[]) => number): PointMm =>
    mapAxes((axis) => pick(...points.map((point) => point[axis])))
  return { min: perAxis(Math.min), max: perAxis(Math.max) }
}
