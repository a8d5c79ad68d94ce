import {
  EXTREME_SIDES,
  type BoxMm,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { TemplateBank } from './templateBank.js'
import {
  boxOfPoints,
  boxSizeMm,
  boxVolumeMm3,
  checkBox,
  intersectBoxes,
  moveWalls,
  pointsOnWalls,
  stretchBox,
} from './boxes.js'
import { confidenceOf, wallSpreadMm } from './confidence.js'
import { localizeRobustly } from './robust.js'
import { salToRas, type Sal } from './salFrame.js'
import type { MedlamModel } from './model.js'
import { localizeAsPublished } from './paper.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { listLandmarkQueries, type FoundPoint } from './landmarkQuery.js'

/** A structure as localized, before it is tied to the scan's voxels. */
export type LocalizedInSpace = Omit<LocalizedStructure, 'boxVoxel'>

/** How to localize. */
export interface LocalizeOptions {
  readonly procedure: 'robust' | 'paper'
  /** Seed of the published procedure. */
  readonly seed: number
  /** Look for the parts of structures whose templates have parts. */
  readonly parts: boolean
  /** Structures under this confidence are reported as not found. */
  readonly minConfidence: number
  readonly checkCancelled: () => void
  readonly onProgress: (done: number, total: number) => void
}

/** Less of a predicted box than this inside the scan means that the structure is not in it. */
const MIN_INSIDE = 0.15

/**
 * Finds structures in a scan. A structure whose landmarks fall outside the scan, or whose confidence is
 * low, is reported as not found with the reason; nothing is thrown for it.
 * @param scanBox the scan's extent in RAS mm, voxel faces
 */
export async function localize(
  model: MedlamModel,
  embedding: ScanEmbedding,
  bank: TemplateBank,
  structures: readonly Structure[],
  scanBox: BoxMm,
  options: LocalizeOptions,
): Promise<LocalizedInSpace[]> {
  const queries = listLandmarkQueries(
    bank,
    structures.map((structure) => structure.name),
    options.parts,
  )
  const onDone = (done: number): void => {
    options.onProgress(done, queries.length)
  }
  if ((await embedding.bodyAgents()).length === 0) {
    return structures.map((structure) => notFound(structure, 'The scan shows no body, only air.'))
  }
  const found =
    options.procedure === 'paper'
      ? await localizeAsPublished(model, embedding, queries, options.seed, options.checkCancelled, onDone)
      : await localizeRobustly(model, embedding, queries, options.checkCancelled, onDone)
  return structures.map((structure) => {
    const mine = found.filter((point) => point.query.structure === structure.name)
    return mine.length === 0
      ? notFound(structure, 'No template has this structure.')
      : assess(structure, mine, bank, scanBox, options)
  })
}

function assess(
  structure: Structure,
  found: readonly FoundPoint[],
  bank: TemplateBank,
  scanBox: BoxMm,
  options: LocalizeOptions,
): LocalizedInSpace {
  const whole = found.filter((point) => point.query.part === null)
  const predicted = toExtremePoints(whole, (point) => point.pointMm)
  const sizes = bank.templates.flatMap((template) => {
    const encoded = template.structures.get(structure.name)
    return encoded === undefined ? [] : [boxSizeMm(boxOfPoints(pointsOf(encoded.points)))]
  })
  const coarse = boxOfPoints(toExtremePoints(whole, (point) => point.coarseMm))
  // The published procedure only swaps walls that are the wrong way round.
  const { box: asFound, repaired } =
    options.procedure === 'paper'
      ? { box: ordered(boxOfPoints(predicted)), repaired: [] }
      : checkBox(boxOfPoints(predicted), coarse, sizes)
  const calibration = bank.calibrations.get(structure.name)
  const box =
    options.procedure === 'paper' || calibration === undefined ? asFound : moveWalls(asFound, calibration.shiftMm)
  const confidence = confidenceOf(whole, calibration) * (repaired.length > 0 ? 0.5 : 1)
  const inside = intersectBoxes(box, scanBox)
  const share = inside === null ? 0 : boxVolumeMm3(inside) / boxVolumeMm3(box)
  if (inside === null || share < MIN_INSIDE) {
    return notFound(
      structure,
      'Its landmarks fall outside this scan: it is probably not in the field of view.',
      confidence,
    )
  }
  if (confidence < options.minConfidence) {
    return notFound(
      structure,
      `The scan does not look like the templates where it should be (confidence ${confidence.toFixed(2)} of 1): it may be absent; if it is there, add templates of similar scans.`,
      confidence,
    )
  }
  const parts = partBoxes(found, asFound, box, inside)
  const notes = [
    ...(share < 0.98 ? ['The field of view cuts it.'] : []),
    ...(repaired.length > 0
      ? [`Its ${repaired.join(' and ')} size did not fit the templates and was corrected: check the box.`]
      : []),
  ]
  return {
    ...structure,
    status: 'found',
    ...(notes.length > 0 ? { reason: notes.join(' ') } : {}),
    confidence,
    spreadMm: mean(whole.map(wallSpreadMm)),
    boxMm: inside,
    extremePointsMm: pointsOnWalls(predicted, inside),
    ...(parts.length > 0 ? { partsMm: parts } : {}),
  }
}

/** Boxes of the parts, in order, moved as the whole's walls were, and kept inside its head-foot extent. */
function partBoxes(found: readonly FoundPoint[], asFound: BoxMm, box: BoxMm, whole: BoxMm): BoxMm[] {
  const count = 1 + Math.max(-1, ...found.map((point) => point.query.part ?? -1))
  const boxes: BoxMm[] = []
  for (let part = 0; part < count; part++) {
    const predicted = ordered(
      boxOfPoints(
        toExtremePoints(
          found.filter((point) => point.query.part === part),
          (point) => point.pointMm,
        ),
      ),
    )
    const inside = intersectBoxes(box === asFound ? predicted : stretchBox(predicted, asFound, box), {
      min: [-Infinity, -Infinity, whole.min[2]],
      max: [Infinity, Infinity, whole.max[2]],
    })
    if (inside !== null) boxes.push(inside)
  }
  return boxes
}

function ordered({ min, max }: BoxMm): BoxMm {
  const pick = (f: (a: number, b: number) => number): PointMm => [
    f(min[0], max[0]),
    f(min[1], max[1]),
    f(min[2], max[2]),
  ]
  return { min: pick(Math.min), max: pick(Math.max) }
}

function toExtremePoints(found: readonly FoundPoint[], of: (point: FoundPoint) => Sal): ExtremePoints {
  const bySide = new Map<ExtremeSide, PointMm>(found.map((point) => [point.query.side, salToRas(of(point))]))
  const get = (side: ExtremeSide): PointMm => {
    const point = bySide.get(side)
    if (point === undefined) throw new Error(`no ${side} point was looked for`)
    return point
  }
  return {
    inferior: get('inferior'),
    posterior: get('posterior'),
    right: get('right'),
    superior: get('superior'),
    anterior: get('anterior'),
    left: get('left'),
  }
}

function pointsOf(points: Readonly<Record<ExtremeSide, { readonly pointMm: PointMm }>>): ExtremePoints {
  const entries = EXTREME_SIDES.map((side) => [side, points[side].pointMm] as const)
  return Object.fromEntries(entries) as unknown as ExtremePoints
}

function notFound(structure: Structure, reason: string, confidence = 0): LocalizedInSpace {
  return { ...structure, status: 'not-found', reason, confidence, boxMm: null, extremePointsMm: null }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
