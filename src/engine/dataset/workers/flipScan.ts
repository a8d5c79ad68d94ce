import { canonicalOrder } from '../../../shared/geometry/orient.js'
import type { Scan } from '../../../shared/geometry/volume.js'

/** The voxels of a scan with some of the patient's axes reversed, in the same storage order. */
export function flipScan(scan: Pick<Scan, 'data' | 'size' | 'affine'>, flips: readonly (0 | 1 | 2)[]): Scan['data'] {
  const stored = flips.map((axis) => canonicalOrder(scan).ras[axis].axis)
  const [nx, ny, nz] = scan.size
  const at = (axis: 0 | 1 | 2, index: number): number => (stored.includes(axis) ? scan.size[axis] - 1 - index : index)
  const data = scan.data.slice()
  let i = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * (at(1, y) + ny * at(2, z))
      for (let x = 0; x < nx; x++) data[i++] = scan.data[row + at(0, x)]
    }
  }
  return data
}
