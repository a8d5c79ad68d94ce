import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { RUN_LENGTH, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'

/** What the voxels of one label say. */
export interface LabelStats {
  readonly labelValue: number
  readonly voxels: number
  /** A voxel of the label, the one nearest to its centre of mass. */
  readonly insideVoxel: PointMm
}

/** Counts each label of a label map and finds a voxel well inside it. */
export function labelStats(voxels: ArrayLike<number>, size: Size3): LabelStats[] {
  const sums = new Map<number, { count: number; x: number; y: number; z: number }>()
  forEachLabel(voxels, size, (label, x, y, z) => {
    const sum = sums.get(label)
    if (sum === undefined) sums.set(label, { count: 1, x, y, z })
    else {
      sum.count += 1
      sum.x += x
      sum.y += y
      sum.z += z
    }
  })
  const nearest = new Map<number, { distance: number; voxel: PointMm }>()
  forEachLabel(voxels, size, (label, x, y, z) => {
    const sum = sums.get(label)
    if (sum === undefined) return
    const distance = (x - sum.x / sum.count) ** 2 + (y - sum.y / sum.count) ** 2 + (z - sum.z / sum.count) ** 2
    const best = nearest.get(label)
    if (best === undefined || distance < best.distance) nearest.set(label, { distance, voxel: [x, y, z] })
  })
  return [...sums]
    .map(([labelValue, { count }]) => ({
      labelValue,
      voxels: count,
      insideVoxel: nearest.get(labelValue)?.voxel ?? ([0, 0, 0] as const),
    }))
    .sort((a, b) => a.labelValue - b.labelValue)
}

/**
 * The statistics after a change, without looking at voxels that did not change. A label whose inner voxel is not of it
 * any more gets one that the change gave to it.
 * @param voxels as they are after the change
 */
export function statsAfter(
  stats: readonly LabelStats[],
  runs: VoxelRuns,
  voxels: ArrayLike<number>,
  [nx, ny]: Size3,
): LabelStats[] {
  const counts = new Map(stats.map((one) => [one.labelValue, one.voxels]))
  const places = new Map<number, number>()
  for (let at = 0; at < runs.length; at += RUN_LENGTH) {
    const [start, length, before, after] = runs.subarray(at, at + RUN_LENGTH)
    counts.set(before, (counts.get(before) ?? 0) - length)
    counts.set(after, (counts.get(after) ?? 0) + length)
    places.set(after, start + (length >> 1))
  }
  const voxelAt = (place: number): PointMm => [place % nx, Math.floor(place / nx) % ny, Math.floor(place / (nx * ny))]
  return [...counts]
    .filter(([labelValue, count]) => labelValue > 0 && count > 0)
    .map(([labelValue, count]) => {
      const [x, y, z] = stats.find((one) => one.labelValue === labelValue)?.insideVoxel ?? [0, 0, 0]
      const known = x + nx * (y + ny * z)
      const place = voxels[known] === labelValue ? known : (places.get(labelValue) ?? known)
      return { labelValue, voxels: count, insideVoxel: voxelAt(place) }
    })
    .sort((a, b) => a.labelValue - b.labelValue)
}

function forEachLabel(
  voxels: ArrayLike<number>,
  size: Size3,
  visit: (label: number, x: number, y: number, z: number) => void,
): void {
  const [nx, ny, nz] = size
  let at = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const label = voxels[at++]
        if (label > 0) visit(label, x, y, z)
      }
    }
  }
}
