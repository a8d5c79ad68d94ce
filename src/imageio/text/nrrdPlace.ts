import type { Affine } from '../../shared/geometry/affine.js'
import { inputError } from '../../shared/inputError.js'
import { CHECK_SIDES } from '../../shared/warningTexts.js'
import { headerUnitInMm, unitsOf } from './lengthUnits.js'
import type { NrrdAxes } from './nrrdAxes.js'
import { affineFromLps, numbersOf, type Fields } from './textHeader.js'

/** Signs that turn a space's x and y round to LPS. */
const SPACES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['left-posterior-superior', [1, 1]],
  ['lps', [1, 1]],
  ['right-anterior-superior', [-1, -1]],
  ['ras', [-1, -1]],
  ['left-anterior-superior', [1, -1]],
  ['las', [1, -1]],
])

/** A header and what its axes are for. */
interface PlacedFields {
  readonly fields: Fields
  readonly sizes: readonly number[]
  readonly axes: NrrdAxes
}

/**
 * Where the voxels of an NRRD file are (NRRD format, "space", "space directions", "space origin", "spacings",
 * "axis mins", "units"). What must be guessed is a warning.
 * @returns voxel index along the three spatial axes to RAS mm
 * @throws MedlsamError `input` when directions or origin are incomplete
 */
export function nrrdAffine(header: PlacedFields, file: string, warnings: string[]): Affine {
  const { fields, axes } = header
  const space = fields
    .get('space')
    ?.toLowerCase()
    .replace(/-time$|t$/, '')
  const signs = space === undefined ? undefined : SPACES.get(space)
  if (signs === undefined)
    warnings.push(
      `The header of ${file} does not say how the patient lies (no known "space"); left, posterior, superior is assumed, so ${CHECK_SIDES}.`,
    )
  const units = unitsOf(fields.get('spaceunits'))
  const inMm = [0, 1, 2].map((row) => headerUnitInMm(units[row], file, warnings))
  const [sx, sy] = signs ?? [1, 1]
  const toLpsMm = ([x, y, z]: readonly number[]): readonly number[] => [sx * x * inMm[0], sy * y * inMm[1], z * inMm[2]]
  const { directions, spatial } = axes
  if (directions === undefined) return affineOfSpacings(header, file, warnings)
  const originText = fields.get('spaceorigin')
  const origin = originText === undefined ? [0, 0, 0] : vectorOf(originText)
  const steps = spatial.map((axis) => directions[axis] ?? [])
  if ([...steps, origin].some((vector) => vector.length < 3))
    throw inputError(file, `The "space directions" or "space origin" of ${file} are incomplete: export the scan again.`)
  return affineFromLps(steps.map(toLpsMm), toLpsMm(origin))
}

/** Without directions the axes are those of the patient, in their order, and have spacings and perhaps ends. */
function affineOfSpacings({ fields, sizes, axes }: PlacedFields, file: string, warnings: string[]): Affine {
  const spacings = numbersOf(fields.get('spacings') ?? '')
  const mins = numbersOf(fields.get('axismins') ?? '')
  const maxs = numbersOf(fields.get('axismaxs') ?? '')
  const units = unitsOf(fields.get('units'))
  const centers = (fields.get('centers') ?? fields.get('centerings') ?? '').toLowerCase().split(/\s+/)
  const stepOf = (axis: number): number => {
    const given = spacings[axis]
    if (Number.isFinite(given)) return given
    const samples = centers[axis] === 'node' ? sizes[axis] - 1 : sizes[axis]
    return (maxs[axis] - mins[axis]) / samples
  }
  const known = axes.spatial.map(stepOf)
  const steps = known.map((step) => (Number.isFinite(step) ? step : 1))
  if (!known.every(Number.isFinite))
    warnings.push(`The header of ${file} does not say how large its voxels are; 1 mm is assumed.`)
  // Samples are in the middle of their cells where the header does not say otherwise, as in teem and ITK.
  const starts = axes.spatial.map((axis, i) => {
    const min = mins[axis]
    return Number.isFinite(min) ? min + (centers[axis] === 'node' ? 0 : steps[i] / 2) : 0
  })
  const inMm = axes.spatial.map((axis) => headerUnitInMm(units[axis], file, warnings))
  const vectors = [0, 1, 2].map((axis) => [0, 1, 2].map((row) => (row === axis ? steps[axis] * inMm[axis] : 0)))
  return affineFromLps(
    vectors,
    starts.map((start, i) => start * inMm[i]),
  )
}

function vectorOf(text: string): readonly number[] {
  return (/\(([^)]*)\)/.exec(text)?.[1] ?? '').split(',').map(Number)
}
