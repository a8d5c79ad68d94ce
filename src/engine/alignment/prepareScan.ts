import type { Volume } from '../../shared/geometry/volume.js'
import { resampleToWorldGrid } from '../volume/worldGrid.js'
import type { GridVolume } from './grid.js'

/** Everything in alignment works from the scan at this spacing, in mm. */
export const WORKING_MM = 3

/**
 * A scan of any size and orientation on the working grid: averaged down where it is finer, interpolated where it
 * is coarser, axes along RAS.
 */
export function prepareScan(scan: Pick<Volume, 'data' | 'size' | 'affine'>): GridVolume {
  const world = resampleToWorldGrid(scan, WORKING_MM)
  const [nz, ny, nx] = world.size
  const data = new Int16Array(nx * ny * nz)
  for (let row = 0; row < ny * nz; row++) {
    for (let x = 0, at = row * nx, from = at + nx - 1; x < nx; x++) data[at++] = Math.round(world.data[from--])
  }
  const { originMm: o } = world
  return { data, size: [nx, ny, nz], originMm: [o[0] - (nx - 1) * WORKING_MM, o[1], o[2]], spacingMm: WORKING_MM }
}
