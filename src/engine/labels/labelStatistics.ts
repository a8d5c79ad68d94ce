import { applyAffine, determinant } from '../../shared/geometry/affine.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import type { NamedValue, StructureStatistics } from '../../shared/labelComparison.js'
import { boxVoxelToMm } from '../../shared/geometry/boxConversion.js'
import { namedExtents } from './namedExtents.js'

/** Sums over the voxels of one label; of squares about a first value, so that they do not lose digits. */
interface Sums {
  readonly firstHu: number
  hu: number
  squares: number
  readonly voxels: [number, number, number]
}

/**
 * Volume, mean and standard deviation (divided by n) of the scan's values, box and centre of every label.
 * @param labels on the grid of the scan
 */
export function labelStatistics(
  scan: Pick<Scan, 'data'>,
  labels: LabelVolume,
  names: readonly NamedValue[],
): readonly StructureStatistics[] {
  const sums = sumsOf(scan.data, labels)
  const voxelMl = Math.abs(determinant(labels.affine)) / 1000
  return namedExtents(labels, names).flatMap(({ name, labelValue, voxels, boxVoxel }): StructureStatistics[] => {
    const sum = sums.get(labelValue)
    if (sum === undefined) return []
    const shifted = sum.hu / voxels
    const [x, y, z] = sum.voxels
    return [
      {
        name,
        labelValue,
        voxels,
        volumeMl: voxels * voxelMl,
        meanHu: sum.firstHu + shifted,
        sdHu: Math.sqrt(Math.max(0, sum.squares / voxels - shifted ** 2)),
        boxMm: boxVoxelToMm(labels.affine, boxVoxel),
        centreMm: applyAffine(labels.affine, [x / voxels, y / voxels, z / voxels]),
      },
    ]
  })
}

function sumsOf(hu: Scan['data'], { data, size: [nx, ny, nz] }: LabelVolume): ReadonlyMap<number, Sums> {
  const sums = new Map<number, Sums>()
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const value = data[at]
        if (value === 0) continue
        let sum = sums.get(value)
        if (sum === undefined) {
          sum = { firstHu: hu[at], hu: 0, squares: 0, voxels: [0, 0, 0] }
          sums.set(value, sum)
        }
        const shifted = hu[at] - sum.firstHu
        sum.hu += shifted
        sum.squares += shifted ** 2
        sum.voxels[0] += x
        sum.voxels[1] += y
        sum.voxels[2] += z
      }
    }
  }
  return sums
}
