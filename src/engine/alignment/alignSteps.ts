import { adamDeform } from './adamDeform.js'
import { fitAffine, type PointPairs } from './affineFit.js'
import { invertMap, mapPoint, type AffineMap } from './affineMap.js'
import { addDisplacement, type Deformation } from './deformation.js'
import { describeQuery, type DescribedQuery } from './describe.js'
import { perAxis, type ChannelGrid, type GridVolume } from './grid.js'
import { edgeLikeness, type EdgeLikeness } from './likeness.js'
import { matchBlocks } from './matchBlocks.js'

/** Displacements of the affine step are looked for up to this many cells of 9 mm. */
const AFFINE_REACH_CELLS = 4

/** One step of deformation. */
export interface DeformStep {
  /** Which of the template's descriptors to match. */
  readonly descriptors: number
  /** Displacements are looked for up to this many cells around the step before; with 0 there is no search, only descent. */
  readonly reachCells: number
  readonly adamSteps: number
}

/** The steps of deformation, coarse to fine; those whose descriptors a template does not hold are left out. */
export const DEFORM_STEPS: readonly DeformStep[] = [
  { descriptors: 0, reachCells: 4, adamSteps: 20 },
  { descriptors: 1, reachCells: 3, adamSteps: 20 },
  { descriptors: 2, reachCells: 1, adamSteps: 20 },
]
/** After this step it is judged whether the template is like the query at all; the finer ones only follow where it is. */
export const JUDGED_STEP = 1

/** Template mm of a block of a described query. */
function blockMm(
  { low }: DescribedQuery,
  template: ChannelGrid,
  x: number,
  y: number,
  z: number,
): [number, number, number] {
  const s = template.spacingMm
  return [
    template.originMm[0] + (low[0] + 2 * x) * s,
    template.originMm[1] + (low[1] + 2 * y) * s,
    template.originMm[2] + (low[2] + 2 * z) * s,
  ]
}

/** Query points and where a field sends them, from the blocks that hold the fit. */
function pairsOf(described: DescribedQuery, template: ChannelGrid, field: Float32Array): PointPairs {
  const { size, firm } = described
  const back = invertMap(described.map)
  const from: number[] = []
  const to: number[] = []
  const s = template.spacingMm
  for (let z = 0, block = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, block++) {
        if (firm[block] === 0) continue
        const here = blockMm(described, template, x, y, z)
        from.push(...mapPoint(back, here))
        to.push(here[0] + field[3 * block] * s, here[1] + field[3 * block + 1] * s, here[2] + field[3 * block + 2] * s)
      }
    }
  }
  return { from: Float64Array.from(from), to: Float64Array.from(to) }
}

/** A better affine map: blocks are matched, the map is fitted to the matches robustly. */
export function refineAffine(query: GridVolume, template: ChannelGrid, map: AffineMap): AffineMap {
  const described = describeQuery(query, template, map)
  const field = matchBlocks(described, template, AFFINE_REACH_CELLS, null)
  return fitAffine(pairsOf(described, template, field), map)
}

/** Likeness of edges under an affine map alone. */
export function affineLikeness(query: GridVolume, template: ChannelGrid, map: AffineMap): EdgeLikeness {
  const described = describeQuery(query, template, map)
  return edgeLikeness({ described, field: new Float32Array(3 * described.seen.length) }, template)
}

/** What a deformation was found from, and what came out. */
export interface Deformed {
  readonly deformation: Deformation
  readonly described: DescribedQuery
  /** Displacements in cells of the template's descriptors. */
  readonly field: Float32Array
}

/** Displacements of the step before at the blocks of this one, in cells. */
function carryOver(described: DescribedQuery, template: ChannelGrid, before: Deformation | null): Float32Array {
  const { size } = described
  const field = new Float32Array(3 * described.seen.length)
  if (before === null) return field
  const point = new Float64Array(3)
  for (let z = 0, block = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, block++) {
        const here = blockMm(described, template, x, y, z)
        point.set(here)
        addDisplacement(before, point)
        for (let axis = 0; axis < 3; axis++) field[3 * block + axis] = (point[axis] - here[axis]) / template.spacingMm
      }
    }
  }
  return field
}

/** The smooth displacements that match best within reach of those carried over. */
function search(
  described: DescribedQuery,
  template: ChannelGrid,
  reach: number,
  carried: Float32Array | null,
): Float32Array {
  if (carried === null) return matchBlocks(described, template, reach, null)
  const base = new Int16Array(carried.length)
  for (let i = 0; i < base.length; i++) base[i] = Math.round(carried[i])
  return matchBlocks(described, template, reach, base)
}

/** Deforms a query, laid over a template by an affine map, onto it, starting from the displacements of a coarser step. */
export function deform(
  query: GridVolume,
  template: ChannelGrid,
  map: AffineMap,
  before: Deformation | null,
  step: DeformStep,
): Deformed {
  const described = describeQuery(query, template, map)
  const carried = carryOver(described, template, before)
  const matched =
    step.reachCells === 0 ? carried : search(described, template, step.reachCells, before === null ? null : carried)
  const field = adamDeform(described, template, matched, step.adamSteps)
  const s = template.spacingMm
  const deformation: Deformation = {
    map,
    originMm: perAxis((axis) => template.originMm[axis] + described.low[axis] * s),
    stepMm: 2 * s,
    size: described.size,
    displacementsMm: field.map((cells) => cells * s),
  }
  return { deformation, described, field }
}
