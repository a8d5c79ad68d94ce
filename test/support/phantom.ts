import type { PointMm, Size3 } from '../../src/shared/geometry/points.js'
import { applyAffine, type Affine } from '../../src/shared/geometry/affine.js'
import type { Volume } from '../../src/shared/geometry/volume.js'
import { MARKER_HU } from './analyticModel.js'

/** All 48 ways to store a volume along its axes: which RAS axis each array axis runs along, and in which direction. */
export const ORIENTATIONS: readonly {
  readonly axes: readonly [number, number, number]
  readonly signs: readonly [number, number, number]
}[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap(([a, b, c]) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
    axes: [a, b, c] as const,
    signs: [bits & 1 ? -1 : 1, bits & 2 ? -1 : 1, bits & 4 ? -1 : 1] as const,
  })),
)

/** The affine of a volume stored in an orientation, centred on a point. */
export function orientedAffine(
  { axes, signs }: (typeof ORIENTATIONS)[number],
  size: Size3,
  spacing: PointMm,
  centre: PointMm = [0, 0, 0],
): Affine {
  const m = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1].map((v, i) => (i === 15 ? v : 0))
  for (let array = 0; array < 3; array++) {
    m[4 * axes[array] + array] = signs[array] * spacing[array]
    m[4 * axes[array] + 3] = centre[axes[array]] - (signs[array] * spacing[array] * (size[array] - 1)) / 2
  }
  return m as unknown as Affine
}

/** A soft-tissue ellipsoid in air with one bright landmark, sampled from its formula at any affine. */
export function phantom(
  size: Size3,
  affine: Affine,
  marker: PointMm,
  radiiMm: PointMm = [75, 70, 80],
  centre: PointMm = [0, 0, 0],
): Volume<Int16Array> {
  const data = new Int16Array(size[0] * size[1] * size[2])
  let i = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, i++) {
        const p = applyAffine(affine, [x, y, z])
        const r = Math.hypot(
          (p[0] - centre[0]) / radiiMm[0],
          (p[1] - centre[1]) / radiiMm[1],
          (p[2] - centre[2]) / radiiMm[2],
        )
        const d2 = (p[0] - marker[0]) ** 2 + (p[1] - marker[1]) ** 2 + (p[2] - marker[2]) ** 2
        data[i] = r > 1 ? -1000 : Math.round(40 + (MARKER_HU - 40) * Math.exp(-d2 / (2 * 10 * 10)))
      }
    }
  }
  return { data, size, affine }
}
