import type { PointMm } from '../../shared/geometry/points.js'
import { squaredDistances } from '../numeric/distanceTransform.js'
import type { PaddedMask } from './paddedMask.js'
import { quantileOfSorted } from '../numeric/statistics.js'

/**
 * 95th percentile of the distances between two surfaces in mm, both directions pooled (the definition of
 * MedPy's `hd95`, which the paper's figures use): a surface is the middles of those voxels of a mask that miss
 * one of six neighbours. Both masks lie on one grid and hold a voxel.
 */
export function hd95Mm(a: PaddedMask, b: PaddedMask, spacingMm: PointMm): number {
  const [borderA, borderB] = [borderVoxels(a), borderVoxels(b)]
  const fromA = distancesAt(borderA, squaredDistances(borderB, b.size, spacingMm))
  const fromB = distancesAt(borderB, squaredDistances(borderA, a.size, spacingMm))
  const pooled = new Float64Array(fromA.length + fromB.length)
  pooled.set(fromA)
  pooled.set(fromB, fromA.length)
  return quantileOfSorted(pooled.sort(), 0.95)
}

function borderVoxels({ data, size: [nx, ny] }: PaddedMask): Uint8Array {
  const slice = nx * ny
  const border = new Uint8Array(data.length)
  for (let i = slice; i < data.length - slice; i++) {
    if (data[i] === 0) continue
    const buried = data[i - 1] & data[i + 1] & data[i - nx] & data[i + nx] & data[i - slice] & data[i + slice]
    border[i] = 1 - buried
  }
  return border
}

function distancesAt(places: Uint8Array, squared: Float64Array): Float64Array {
  return squared.filter((_, i) => places[i] !== 0).map(Math.sqrt)
}
