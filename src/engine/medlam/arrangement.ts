import { boxOfPoints, type BoxMm, type PointMm } from '../../shared/geometry/points.js'
import { add, mapAxes, subtract } from '../../shared/geometry/vector.js'
import { median } from '../numeric/statistics.js'
import { positionsOf, type TemplateBank } from './templateBank.js'

/** A structure with the place where it was looked for, whether it is there or not. */
export interface PlacedStructure {
  readonly name: string
  /** Before it was cut to the scan. */
  readonly boxMm: BoxMm
  /** Whether enough of that box lies in the scan. */
  readonly isInView: boolean
  /** Whether it is sure enough to be found. */
  readonly isFound: boolean
  readonly confidence: number
  /** Its confidence in scans like the templates. */
  readonly usualConfidence: number
}

/** How far from where the templates have it a neighbour may be: patients differ in size and posture. */
const TOLERANCE_MM = 30
const TOLERANCE_SHARE = 0.3
/** So many neighbours must be to be seen before they can contradict: a lesion may be absent, and one more with it. */
const LEAST_NEIGHBOURS = 3
/** Of the confidence usual for a structure and its neighbours in view, so much must be there. */
const LEAST_SUPPORT = 0.4

/**
 * Holds what was found against the arrangement of the templates. Around each found structure the templates have others;
 * those that should be in view are to be found too, about where the templates have them. Where most are not, what was
 * found is something else that looks alike.
 * @param structures all structures of the bank that were looked for
 * @returns names of the found structures that their neighbours contradict
 */
export function contradictedStructures(
  structures: readonly PlacedStructure[],
  bank: TemplateBank,
  scanBox: BoxMm,
): ReadonlySet<string> {
  const found = structures.filter(({ isFound }) => isFound)
  return new Set(found.filter((one) => !isSupported(one, structures, bank, scanBox)).map((structure) => structure.name))
}

function isSupported(
  one: PlacedStructure,
  structures: readonly PlacedStructure[],
  bank: TemplateBank,
  scanBox: BoxMm,
): boolean {
  const middle = middleOf(one.boxMm)
  let neighbours = 0
  let support = one.confidence
  let usual = one.usualConfidence
  for (const other of structures) {
    if (other === one) continue
    const step = usualStepMm(bank, one.name, other.name)
    if (step === null) continue
    const expected = add(middle, step)
    if (!other.isInView && !isInside(expected, scanBox)) continue
    neighbours++
    usual += other.usualConfidence
    const off = Math.hypot(...subtract(middleOf(other.boxMm), expected))
    if (other.isFound && off <= TOLERANCE_MM + TOLERANCE_SHARE * Math.hypot(...step)) support += other.confidence
  }
  return neighbours < LEAST_NEIGHBOURS || support >= LEAST_SUPPORT * usual
}

/** The way in mm from the middle of one structure to that of another, as the templates that have both have it. */
function usualStepMm({ templates }: TemplateBank, from: string, to: string): PointMm | null {
  const steps = templates.flatMap(({ structures }) => {
    const [a, b] = [structures.get(from), structures.get(to)]
    if (a === undefined || b === undefined) return []
    return [subtract(middleOf(boxOfPoints(positionsOf(b.points))), middleOf(boxOfPoints(positionsOf(a.points))))]
  })
  return steps.length === 0 ? null : mapAxes((axis) => median(steps.map((step) => step[axis])))
}

function middleOf({ min, max }: BoxMm): PointMm {
  return mapAxes((axis) => (min[axis] + max[axis]) / 2)
}

function isInside(point: PointMm, { min, max }: BoxMm): boolean {
  return point.every((mm, axis) => mm >= min[axis] && mm <= max[axis])
}
