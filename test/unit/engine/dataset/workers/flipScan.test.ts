import { describe, expect, it } from 'vitest'
import { flipScan } from '../../../../../src/engine/dataset/workers/flipScan.js'
import { applyAffine, invertAffine } from '../../../../../src/shared/geometry/affine.js'
import type { Size3 } from '../../../../../src/shared/geometry/points.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

describe('a scan turned round', () => {
  const size: Size3 = [4, 3, 5]

  it.each([0, 1, 2] as const)(
    'has what was on one end of patient axis %i on the other, in every storage order',
    (axis) => {
      for (const orientation of ORIENTATIONS) {
        const stored: Size3 = [size[orientation.axes[0]], size[orientation.axes[1]], size[orientation.axes[2]]]
        const affine = orientedAffine(orientation, stored, [2, 2, 2])
        const data = Int16Array.from({ length: 60 }, (_, i) => i)
        const turned = flipScan({ data, size: stored, affine }, [axis])
        // The grid is centred on the origin: the mirrored place of every voxel is a voxel.
        const inverse = invertAffine(affine)
        for (let z = 0; z < stored[2]; z++) {
          for (let y = 0; y < stored[1]; y++) {
            for (let x = 0; x < stored[0]; x++) {
              const [px, py, pz] = applyAffine(affine, [x, y, z])
              const [i, j, k] = applyAffine(inverse, [
                axis === 0 ? -px : px,
                axis === 1 ? -py : py,
                axis === 2 ? -pz : pz,
              ]).map(Math.round)
              expect(turned[x + stored[0] * (y + stored[1] * z)]).toBe(data[i + stored[0] * (j + stored[1] * k)])
            }
          }
        }
      }
    },
  )
})
