import type { Size3 } from './points.js'
import { multiplyAffine, spacingMm, type Affine } from './affine.js'
import { mapAxes } from './vector.js'

/** Which stored array axis runs along a patient axis, and whether it runs the other way. */
export interface RasAxis {
  readonly axis: 0 | 1 | 2
  readonly flip: boolean
}

/** The stored axes that come closest to Right, Anterior, Superior. */
export type RasAxes = readonly [RasAxis, RasAxis, RasAxis]

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/**
 * The storage order closest to RAS: for each patient axis the stored axis along it. Of the six ways to
 * pair axes the one with the largest sum of cosines is taken, so the pairing is always one to one,
 * also for oblique scans.
 */
export function closestRas(affine: Affine): RasAxes {
  const spacing = spacingMm(affine)
  const cosine = (ras: 0 | 1 | 2, axis: 0 | 1 | 2): number => affine[4 * ras + axis] / spacing[axis]
  let best: (typeof PERMUTATIONS)[number] = PERMUTATIONS[0]
  let bestSum = -1
  for (const p of PERMUTATIONS) {
    const sum = Math.abs(cosine(0, p[0])) + Math.abs(cosine(1, p[1])) + Math.abs(cosine(2, p[2]))
    // Exact ties (45 degrees) fall to the earlier permutation whatever the rounding.
    if (sum > bestSum + 1e-9) [best, bestSum] = [p, sum]
  }
  const axisOf = (ras: 0 | 1 | 2): RasAxis => ({ axis: best[ras], flip: cosine(ras, best[ras]) < 0 })
  return [axisOf(0), axisOf(1), axisOf(2)]
}

/** How an array is walked in canonical (closest-RAS) order without copying it. */
export interface CanonicalOrder {
  readonly ras: RasAxes
  /** Size in canonical order. */
  readonly size: Size3
  /** Position of canonical voxel (0,0,0) in the stored array. */
  readonly origin: number
  /** Step in the stored array per canonical axis; negative where the axis is reversed. */
  readonly strides: Size3
  /** Canonical voxel index to RAS mm. */
  readonly affine: Affine
  /** Canonical voxel index to stored voxel index. */
  readonly toStored: Affine
}

/** Describes how to walk a volume of this size and geometry in closest-RAS order. */
export function canonicalOrder({ size, affine }: { readonly size: Size3; readonly affine: Affine }): CanonicalOrder {
  const ras = closestRas(affine)
  const stored = [1, size[0], size[0] * size[1]] as const
  const matrix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  let origin = 0
  ras.forEach(({ axis, flip }, canonical) => {
    matrix[4 * axis + canonical] = flip ? -1 : 1
    matrix[4 * axis + 3] = flip ? size[axis] - 1 : 0
    if (flip) origin += (size[axis] - 1) * stored[axis]
  })
  const [a, b, c, d, e, f, g, h, i, j, k, l] = matrix
  const toStored: Affine = [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 1]
  return {
    ras,
    size: mapAxes((patient) => size[ras[patient].axis]),
    origin,
    strides: mapAxes((patient) => (ras[patient].flip ? -1 : 1) * stored[ras[patient].axis]),
    affine: multiplyAffine(affine, toStored),
    toStored,
  }
}
