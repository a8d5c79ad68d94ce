import type { BoxMm, PointMm } from '../../../shared/geometry/points.js'
import { add, mapAxes, scale, subtract } from '../../../shared/geometry/vector.js'
import type { Sidecar } from '../../../shared/sidecar.js'
import { median } from '../../numeric/statistics.js'
import { CHECK_SIDES } from '../../../shared/warningTexts.js'
import { robustZ } from '../../numeric/robustZ.js'
import { suspectedTurn } from '../workers/orientationCheck.js'
import { gainOf, type Gain } from './gain.js'
import type { ScanSummary } from './collect.js'
import type { ScanFlag, StructureFlag } from './flags.js'

type ResultStructure = Sidecar['structures'][number]

/** A structure of a scan among the same structure of the other scans. */
export interface JudgedStructure {
  readonly structure: ResultStructure
  /** Robust z-score of the logarithm of its volume; null when the cohort is too small or there is no mask. */
  readonly volumeZ: number | null
  /** Robust z-score, on the axis where it is largest, of its place among the other structures of its scan. */
  readonly positionZ: number | null
  /** How far volume and place are from the other scans', 0 where they are as usual. */
  readonly oddness: number
  /** What to look at. */
  readonly flags: readonly StructureFlag[]
  /** Larger for what is likelier to have failed. */
  readonly concern: number
}

/** A scan with what speaks against its result. */
export interface JudgedScan extends ScanSummary {
  readonly structures: readonly JudgedStructure[]
  /** What correcting it promises. */
  readonly gain: Gain
  /** What to look at in the scan as a whole. */
  readonly flags: readonly ScanFlag[]
  /** Larger for what is likelier to have failed. */
  readonly concern: number
}

/** Smaller cohorts say nothing about what is usual. */
const LEAST_COHORT = 5
/** Iglewicz and Hoaglin's bound for outliers. */
const OUTLIER_Z = 3.5
/** Half the structures with such a confidence have walls more than 7 mm off. */
const LOW_CONFIDENCE = 0.5
/** Volumes that differ by less than this factor's logarithm are no outliers, however alike the others are. */
const LEAST_VOLUME_SCALE = 0.1
const LEAST_POSITION_SCALE_MM = 4
/** An axis along which the structures spread less says nothing about which way round the scan is. */
const LEAST_SPREAD_MM = 15

/** The flags of structures that are in the opposite order along x, y, z. */
const REVERSED = ['xReversed', 'yReversed', 'zReversed'] as const

/** Judges every scan against the others and sorts the likeliest failures to the front. */
export function judgeScans(scans: readonly ScanSummary[]): JudgedScan[] {
  const found = scans.map(foundCentres)
  const relative = found.map(toRelative)
  const volumeZ = zOfVolumes(scans)
  const positionZ = zOfPositions(relative)
  const usual = usualLayout(relative)
  return scans
    .map((summary, i): JudgedScan => {
      const structures = (summary.sidecar?.structures ?? []).map((structure) =>
        judgeStructure(structure, volumeZ[i].get(structure.name) ?? null, positionZ[i].get(structure.name) ?? null),
      )
      const warnings = summary.sidecar?.warnings ?? []
      const suspected = suspectedTurn(warnings)
      const turned: ScanFlag[] = flippedAxes(relative[i], usual).map((axis) => REVERSED[axis])
      if (suspected !== null) turned.push(`turned-${suspected}`)
      const unsettled = warnings.some((warning) => warning.includes(CHECK_SIDES))
      const flags: ScanFlag[] = unsettled ? [...turned, 'sidesUnsettled'] : turned
      const concern = concernOf(summary, structures, turned.length, unsettled ? 1 : 0)
      const gain = gainOf(summary, structures)
      return { ...summary, structures, flags, concern, gain }
    })
    .sort((a, b) => b.concern - a.concern || (a.scan.path < b.scan.path ? -1 : 1))
}

function judgeStructure(structure: ResultStructure, volumeZ: number | null, positionZ: number | null): JudgedStructure {
  const flags: StructureFlag[] = []
  if (structure.status === 'failed') flags.push('failed')
  if (structure.status === 'not-found') flags.push('notFound')
  if (structure.status === 'found' && structure.confidence < LOW_CONFIDENCE) flags.push('lowConfidence')
  if (structure.status === 'found' && structure.volumeMl === 0) flags.push('emptyMask')
  if (volumeZ !== null && Math.abs(volumeZ) > OUTLIER_Z) flags.push(volumeZ > 0 ? 'unusuallyLarge' : 'unusuallySmall')
  if (positionZ !== null && Math.abs(positionZ) > OUTLIER_Z) flags.push('unusualPlace')
  const oddness = beyondUsual(volumeZ) + beyondUsual(positionZ)
  return { structure, volumeZ, positionZ, oddness, flags, concern: concernOfStructure(structure, oddness) }
}

/** From half the bound for outliers on, in units of that bound. */
function beyondUsual(z: number | null): number {
  return z === null ? 0 : Math.min(3, Math.max(0, (Math.abs(z) - OUTLIER_Z / 2) / OUTLIER_Z))
}

function concernOfStructure({ status, confidence, volumeMl }: ResultStructure, oddness: number): number {
  switch (status) {
    case 'failed':
      return 3
    case 'not-found':
      return 1
    case 'found':
      return Math.max(0, LOW_CONFIDENCE - confidence) * 2 + oddness + (volumeMl === 0 ? 2 : 0)
  }
}

/** Failed scans first, then those in which nothing was found, then what seems turned, then by what is wrong with the structures. */
function concernOf(
  { status }: ScanSummary,
  structures: readonly JudgedStructure[],
  turned: number,
  unsettled: number,
): number {
  if (status === 'failed') return 1000
  if (status === 'nothingFound') return 500
  return (
    100 * turned +
    5 * unsettled +
    structures.reduce((sum, { concern }) => sum + concern, 0) / Math.max(1, structures.length)
  )
}

type Centres = ReadonlyMap<string, PointMm>

function foundCentres({ sidecar }: ScanSummary): Centres {
  return new Map(
    (sidecar?.structures ?? []).flatMap(({ name, status, boxMm }) =>
      status === 'found' && boxMm !== null ? [[name, centreOf(boxMm)] as const] : [],
    ),
  )
}

function centreOf({ min, max }: BoxMm): PointMm {
  return scale(add(min, max), 0.5)
}

/** Places relative to the middle (median) structure of the same scan: where the scanner's origin is plays no part. */
function toRelative(centres: Centres): Centres {
  if (centres.size < 3) return new Map()
  const middle = mapAxes((axis) => median([...centres.values()].map((centre) => centre[axis])))
  return new Map([...centres].map(([name, centre]) => [name, subtract(centre, middle)]))
}

/** Where each structure usually is among the others; structures that few scans have are left out. */
function usualLayout(scans: readonly Centres[]): Centres {
  const names = new Set(scans.flatMap((centres) => [...centres.keys()]))
  const layout = new Map<string, PointMm>()
  for (const name of names) {
    const places = scans.map((centres) => centres.get(name)).filter((place) => place !== undefined)
    if (places.length < LEAST_COHORT) continue
    layout.set(
      name,
      mapAxes((axis) => median(places.map((place) => place[axis]))),
    )
  }
  return layout
}

/** Axes along which the structures of a scan lie in the opposite order of the usual one. */
function flippedAxes(centres: Centres, usual: Centres): (0 | 1 | 2)[] {
  const pairs = [...centres].flatMap(([name, here]) => {
    const there = usual.get(name)
    return there === undefined ? [] : [{ here, there }]
  })
  if (pairs.length < 3) return []
  return ([0, 1, 2] as const).filter((axis) => {
    const spread = Math.sqrt(pairs.reduce((sum, { there }) => sum + there[axis] ** 2, 0) / pairs.length)
    const agreement = pairs.reduce((sum, { here, there }) => sum + here[axis] * there[axis], 0)
    const size = Math.sqrt(
      pairs.reduce((sum, { here }) => sum + here[axis] ** 2, 0) *
        pairs.reduce((sum, { there }) => sum + there[axis] ** 2, 0),
    )
    return spread >= LEAST_SPREAD_MM && size > 0 && agreement / size < -0.5
  })
}

function zOfVolumes(scans: readonly ScanSummary[]): ReadonlyMap<string, number>[] {
  return zByStructure(
    scans.map(
      ({ sidecar }) =>
        new Map(
          (sidecar?.structures ?? []).flatMap(({ name, volumeMl }) =>
            volumeMl === null || volumeMl === 0 ? [] : [[name, [Math.log(volumeMl)]] as const],
          ),
        ),
    ),
    LEAST_VOLUME_SCALE,
  )
}

function zOfPositions(relative: readonly Centres[]): ReadonlyMap<string, number>[] {
  return zByStructure(relative, LEAST_POSITION_SCALE_MM)
}

/** Robust z-scores of each structure over the scans, of several values the one that is farthest out. */
function zByStructure(
  scans: readonly ReadonlyMap<string, readonly number[]>[],
  leastScale: number,
): ReadonlyMap<string, number>[] {
  const result = scans.map(() => new Map<string, number>())
  for (const name of new Set(scans.flatMap((scan) => [...scan.keys()]))) {
    const having = scans.flatMap((scan, i) => {
      const values = scan.get(name)
      return values === undefined ? [] : [{ i, values }]
    })
    if (having.length < LEAST_COHORT) continue
    having[0].values.forEach((_value, axis) => {
      const scores = robustZ(
        having.map(({ values }) => values[axis]),
        leastScale,
      )
      having.forEach(({ i }, k) => {
        const known = result[i].get(name)
        if (known === undefined || Math.abs(scores[k]) > Math.abs(known)) result[i].set(name, scores[k])
      })
    })
  }
  return result
}
