import { EXTREME_SIDES, SIDE_AXIS, type ExtremePoints, type ExtremeSide } from '../../shared/geometry/points.js'
import { positionsOf, type BankTemplate, type Calibration, type TemplateBank } from '../medlam/templateBank.js'
import { listLandmarkQueries } from '../medlam/landmarkQuery.js'
import { localizeRobustly } from '../medlam/localizeRobustly.js'
import { salToRas } from '../medlam/salFrame.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { mean, medianInPlace } from '../numeric/statistics.js'

/** One known point as a bank finds it. */
export interface MeasuredPoint {
  /** The scan it lies in. */
  readonly scan: string
  readonly structure: string
  readonly side: ExtremeSide
  /** How far outside of the organ it was found, in mm along its own axis; negative inside. */
  readonly outsideMm: number
  readonly similarity: number
}

/** What is known of a scan. */
export interface KnownPoints {
  /** What to call the scan in the answer. */
  readonly scan: string
  /** RAS mm, by structure. */
  readonly known: ReadonlyMap<string, ExtremePoints>
}

/**
 * Finds structures in a scan whose extreme points are known, and compares.
 * @throws whatever `checkCancelled` throws
 */
export async function measureOn(
  bank: TemplateBank,
  embedding: ScanEmbedding,
  { scan, known }: KnownPoints,
  checkCancelled: () => void,
): Promise<MeasuredPoint[]> {
  const queries = listLandmarkQueries(bank, [...known.keys()], false)
  const found = await localizeRobustly(embedding, queries, checkCancelled, () => undefined)
  return found.flatMap(({ query: { structure, side }, pointMm, similarity }) => {
    const truth = known.get(structure)?.[side]
    const { axis, sign } = SIDE_AXIS[side]
    if (truth === undefined || similarity === null) return []
    return [{ scan, structure, side, outsideMm: sign * (salToRas(pointMm)[axis] - truth[axis]), similarity }]
  })
}

/** Finds the structures of one template with the others. */
export async function localizeLeftOut(
  bank: TemplateBank,
  leftOut: BankTemplate,
  embedding: ScanEmbedding,
  checkCancelled: () => void,
): Promise<MeasuredPoint[]> {
  const others: TemplateBank = { ...bank, templates: bank.templates.filter((template) => template !== leftOut) }
  const known = new Map(
    [...leftOut.structures].map(([name, { points }]): [string, ExtremePoints] => [name, positionsOf(points)]),
  )
  return measureOn(others, embedding, { scan: leftOut.id, known }, checkCancelled)
}

/** A wall further off than this counts as this: stray voxels of a label must not decide. */
const MOST_ERROR_MM = 30
/** So many scans count as having shown no shift, so that few scans teach less of it than many. */
const SCANS_WITHOUT_SHIFT = 10

/**
 * What known points teach about each structure; structures of which a side was never measured are left out.
 * @param shifts Learn to which side walls are usually off. Only scans that are no templates can teach that: where
 *   templates end an organ is their own convention, and among themselves they agree on the average.
 */
export function calibrate(
  points: readonly MeasuredPoint[],
  { shifts }: { readonly shifts: boolean },
): Map<string, Calibration> {
  const calibrations = new Map<string, Calibration>()
  for (const structure of new Set(points.map((point) => point.structure))) {
    const sides = EXTREME_SIDES.map((side) =>
      points.filter((point) => point.structure === structure && point.side === side),
    )
    if (sides.some((side) => side.length === 0)) continue
    const shiftMm = sides.map((side) => (shifts ? usualShiftMm(side) : 0))
    calibrations.set(structure, {
      shiftMm,
      errorMm: sides.map((side, i) =>
        mean(side.map(({ outsideMm }) => Math.min(MOST_ERROR_MM, Math.abs(outsideMm - shiftMm[i])))),
      ),
      similarity: sides.map((side) => mean(side.map(({ similarity }) => similarity))),
    })
  }
  return calibrations
}

function usualShiftMm(side: readonly MeasuredPoint[]): number {
  const middle = medianInPlace(Float64Array.from(side, ({ outsideMm }) => outsideMm))
  return (middle * side.length) / (side.length + SCANS_WITHOUT_SHIFT)
}
