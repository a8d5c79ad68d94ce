import { defined } from '../../shared/defined.js'
import {
  boxOfPoints,
  mapSides,
  type BoxMm,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import { mean } from '../numeric/statistics.js'
import { boxSizeMm, boxVolumeMm3, checkBox, moveWalls, pointsOnWalls, stretchBox } from './boxes.js'
import { intersectBoxes } from '../../shared/geometry/boxConversion.js'
import { contradictedStructures, type PlacedStructure } from './arrangement.js'
import { confidenceOf, usualConfidence, wallSpreadMm } from './confidence.js'
import { listLandmarkQueries, type FoundPoint } from './landmarkQuery.js'
import { localizeAsPublished } from './localizeAsPublished.js'
import { localizeRobustly } from './localizeRobustly.js'
import { salToRas, type SalMm } from './salFrame.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { positionsOf, type TemplateBank } from './templateBank.js'

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
/** A box of which less than this lies inside the scan is said to be cut. */
const WHOLE_INSIDE = 0.98

/**
 * Finds structures in a scan. A structure whose landmarks fall outside the scan, or whose confidence is
 * low, is reported as not found with the reason; nothing is thrown for it.
 * @param scanBox the scan's extent in RAS mm, voxel faces
 */
export async function localizeStructures(
  embedding: ScanEmbedding,
  bank: TemplateBank,
  structures: readonly Structure[],
  scanBox: BoxMm,
  options: LocalizeOptions,
): Promise<LocalizedInSpace[]> {
  const { procedure, seed, checkCancelled } = options
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
    procedure === 'paper'
      ? await localizeAsPublished(embedding, queries, { seed, checkCancelled, onDone })
      : await localizeRobustly(embedding, queries, checkCancelled, onDone)
  const places = structures.flatMap((structure): StructurePlace[] => {
    const mine = found.filter((point) => point.query.structure === structure.name)
    return mine.length === 0 ? [] : [placeOf(structure, mine, bank, scanBox, options)]
  })
  // The published procedure knows no such check.
  const contradicted = procedure === 'paper' ? new Set<string>() : contradictedStructures(places, bank, scanBox)
  return structures.map((structure) => {
    const place = places.find(({ name }) => name === structure.name)
    if (place === undefined) return notFound(structure, 'No template has this structure.')
    return contradicted.has(structure.name)
      ? notFound(structure, CONTRADICTED, place.confidence)
      : assess(structure, place)
  })
}

/** The reason for structures that their neighbours contradict. */
export const CONTRADICTED =
  'What lies around it is not what the templates have around it, so something else looks alike.'

/** Where a structure was found, and what of it lies in the scan. */
interface StructurePlace extends PlacedStructure {
  readonly found: readonly FoundPoint[]
  readonly predicted: ExtremePoints
  /** Before its walls were moved by what is known of them. */
  readonly asFound: BoxMm
  readonly repaired: readonly string[]
  /** What of the box lies in the scan; null for nothing. */
  readonly inside: BoxMm | null
  /** Share of the box that does. */
  readonly share: number
}

function placeOf(
  { name }: Structure,
  found: readonly FoundPoint[],
  bank: TemplateBank,
  scanBox: BoxMm,
  { procedure, minConfidence }: LocalizeOptions,
): StructurePlace {
  const whole = found.filter((point) => point.query.part === null)
  const predicted = toExtremePoints(whole, (point) => point.pointMm)
  const coarse = boxOfPoints(toExtremePoints(whole, (point) => point.coarseMm))
  // The published procedure only swaps walls that are the wrong way round.
  const { box: asFound, repaired } =
    procedure === 'paper'
      ? { box: ordered(boxOfPoints(predicted)), repaired: [] }
      : checkBox(boxOfPoints(predicted), coarse, templateSizesMm(bank, name))
  const calibration = bank.calibrations.get(name)
  const boxMm = procedure === 'paper' || calibration === undefined ? asFound : moveWalls(asFound, calibration.shiftMm)
  const confidence = confidenceOf(whole, calibration) * (repaired.length > 0 ? 0.5 : 1)
  const inside = intersectBoxes(boxMm, scanBox)
  const share = inside === null ? 0 : boxVolumeMm3(inside) / boxVolumeMm3(boxMm)
  const isInView = share >= MIN_INSIDE
  return {
    name,
    found,
    predicted,
    asFound,
    repaired,
    boxMm,
    inside,
    share,
    isInView,
    isFound: isInView && confidence >= minConfidence,
    confidence,
    usualConfidence: usualConfidence(calibration),
  }
}

function assess(structure: Structure, place: StructurePlace): LocalizedInSpace {
  const { found, predicted, asFound, repaired, boxMm, inside, share, confidence } = place
  if (inside === null || !place.isInView) {
    return notFound(
      structure,
      'Its landmarks fall outside this scan: it is probably not in the field of view.',
      confidence,
    )
  }
  if (!place.isFound) {
    return notFound(
      structure,
      `The scan does not look like the templates where it should be (confidence ${confidence.toFixed(2)} of 1): it may be absent; if it is there, add templates of similar scans.`,
      confidence,
    )
  }
  const parts = partBoxes(found, asFound, boxMm, inside)
  const notes = [
    ...(share < WHOLE_INSIDE ? ['The field of view cuts it.'] : []),
    ...(repaired.length > 0
      ? [`Its ${repaired.join(' and ')} size did not fit the templates and was corrected: check the box.`]
      : []),
  ]
  return {
    ...structure,
    status: 'found',
    ...defined({ reason: notes.length > 0 ? notes.join(' ') : undefined }),
    confidence,
    spreadMm: mean(found.filter((point) => point.query.part === null).map(wallSpreadMm)),
    boxMm: inside,
    extremePointsMm: pointsOnWalls(predicted, inside),
    ...defined({ partsMm: parts.length > 0 ? parts : undefined }),
  }
}

/** How large a structure is in each template that has it. */
function templateSizesMm(bank: TemplateBank, name: string): PointMm[] {
  return bank.templates.flatMap((template) => {
    const encoded = template.structures.get(name)
    return encoded === undefined ? [] : [boxSizeMm(boxOfPoints(positionsOf(encoded.points)))]
  })
}

/** Boxes of the parts, in order, moved as the whole's walls were, and kept inside its head-foot extent. */
function partBoxes(found: readonly FoundPoint[], asFound: BoxMm, box: BoxMm, whole: BoxMm): BoxMm[] {
  const count = 1 + Math.max(-1, ...found.map((point) => point.query.part ?? -1))
  const boxes: BoxMm[] = []
  for (let part = 0; part < count; part++) {
    const mine = found.filter((point) => point.query.part === part)
    const predicted = ordered(boxOfPoints(toExtremePoints(mine, (point) => point.pointMm)))
    const inside = intersectBoxes(box === asFound ? predicted : stretchBox(predicted, asFound, box), {
      min: [-Infinity, -Infinity, whole.min[2]],
      max: [Infinity, Infinity, whole.max[2]],
    })
    if (inside !== null) boxes.push(inside)
  }
  return boxes
}

function ordered({ min, max }: BoxMm): BoxMm {
  return {
    min: mapAxes((axis) => Math.min(min[axis], max[axis])),
    max: mapAxes((axis) => Math.max(min[axis], max[axis])),
  }
}

function toExtremePoints(found: readonly FoundPoint[], of: (point: FoundPoint) => SalMm): ExtremePoints {
  const bySide = new Map<ExtremeSide, PointMm>(found.map((point) => [point.query.side, salToRas(of(point))]))
  return mapSides((side) => {
    const point = bySide.get(side)
    if (point === undefined) throw new Error(`no ${side} point was looked for`)
    return point
  })
}

function notFound(structure: Structure, reason: string, confidence = 0): LocalizedInSpace {
  return { ...structure, status: 'not-found', reason, confidence, boxMm: null, extremePointsMm: null }
}
