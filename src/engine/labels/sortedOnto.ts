import { canonicalOrder } from '../../shared/geometry/orient.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { isSameGrid, type VoxelGrid } from '../volume/sameGrid.js'

/**
 * A label map in the storage order of its scan: the same voxels may be stored along other axes or the other way round.
 * @returns null where the two are not the same voxels
 */
export function sortedOnto(labels: LabelVolume, scan: VoxelGrid): LabelVolume | null {
  const [from, to] = [canonicalOrder(labels), canonicalOrder(scan)]
  if (!isSameGrid(from, to)) return null
  const [nx, ny, nz] = to.size
  const data = labels.data.slice()
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let source = from.origin + y * from.strides[1] + z * from.strides[2]
      let target = to.origin + y * to.strides[1] + z * to.strides[2]
      for (let x = 0; x < nx; x++, source += from.strides[0], target += to.strides[0])
        data[target] = labels.data[source]
    }
  }
  return { data, size: scan.size, affine: scan.affine }
}

/** Whether two arrays have the same voxels in the patient, in whatever order they store them. */
export function haveSameVoxels(a: VoxelGrid, b: VoxelGrid): boolean {
  return isSameGrid(canonicalOrder(a), canonicalOrder(b))
}
