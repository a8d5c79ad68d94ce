import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { Scan } from '../../shared/geometry/volume.js'
import type { ModelCard } from '../../shared/modelCard.js'
import { mapHu } from '../volume/huMap.js'
import { resampleToWorldGrid } from '../volume/worldGrid.js'
import { rasToSal, salMm, type SalGrid, type SalVoxel } from './salFrame.js'

/** A scan as MedLAM's networks see it: cubic voxels, HU mapped to about 0..1, padded with zeros. */
export interface PreparedVolume extends SalGrid {
  /** `data[(z * ny + y) * nx + x]`, size [nz, ny, nx], padding included. */
  readonly data: Float32Array
  /** Zeros added on every side, in voxels. */
  readonly paddingVoxels: number
}

/** The part of a model card that preparing a scan depends on. */
export type Preparation = Pick<ModelCard, 'spacingMm' | 'huKnots' | 'paddingVoxels'>

/**
 * Resamples a scan to the model's cubic grid in patient space, maps HU by the card's knots and
 * pads with zeros (docs/method.md, section 2).
 */
export function prepareVolume(scan: Pick<Scan, 'data' | 'size' | 'affine'>, card: Preparation): PreparedVolume {
  const grid = resampleToWorldGrid(scan, card.spacingMm)
  mapHu(grid.data, card.huKnots)
  const pad = card.paddingVoxels
  const [nz, ny, nx] = grid.size
  const size = mapAxes((axis) => grid.size[axis] + 2 * pad)
  const data = new Float32Array(size[0] * size[1] * size[2])
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = (z * ny + y) * nx
      data.set(grid.data.subarray(from, from + nx), ((z + pad) * size[1] + y + pad) * size[2] + pad)
    }
  }
  const origin = rasToSal(grid.originMm)
  const shift = pad * card.spacingMm
  return {
    data,
    size,
    originMm: salMm(...mapAxes((axis) => origin[axis] - shift)),
    spacingMm: card.spacingMm,
    paddingVoxels: pad,
  }
}

/**
 * Cuts a box out of a prepared volume; what lies outside is zero.
 * @param from first voxel [z, y, x], may be negative
 * @param size voxels per axis
 */
export function cutBlock(volume: Pick<PreparedVolume, 'data' | 'size'>, from: SalVoxel, size: Size3): Float32Array {
  const out = new Float32Array(size[0] * size[1] * size[2])
  const [nz, ny, nx] = volume.size
  const x0 = Math.max(0, from[2])
  const x1 = Math.min(nx, from[2] + size[2])
  if (x1 <= x0) return out
  for (let z = Math.max(0, from[0]); z < Math.min(nz, from[0] + size[0]); z++) {
    for (let y = Math.max(0, from[1]); y < Math.min(ny, from[1] + size[1]); y++) {
      const source = (z * ny + y) * nx
      const target = ((z - from[0]) * size[1] + (y - from[1])) * size[2] + (x0 - from[2])
      out.set(volume.data.subarray(source + x0, source + x1), target)
    }
  }
  return out
}
