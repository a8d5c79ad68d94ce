import type { PointMm, Size3 } from '../../src/shared/geometry/points.js'
import { applyAffine, type Affine } from '../../src/shared/geometry/affine.js'
import type { Volume } from '../../src/shared/geometry/volume.js'
import { MARKER_HU } from './analyticModel.js'

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
