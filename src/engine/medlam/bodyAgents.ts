import type { Sal } from './frame.js'
import type { PreparedVolume } from './prepare.js'

/**
 * The least mapped intensity that counts as body (the published procedure asks for 0.001).
 * Air and padding map to 0.
 */
export const BODY_INTENSITY = 0.001

/** True when the voxel nearest to a position is body rather than air. */
export function isBody(volume: PreparedVolume, voxel: Sal): boolean {
  const [nz, ny, nx] = volume.size
  const [z, y, x] = [Math.round(voxel[0]), Math.round(voxel[1]), Math.round(voxel[2])]
  if (z < 0 || y < 0 || x < 0 || z >= nz || y >= ny || x >= nx) return false
  return volume.data[(z * ny + y) * nx + x] >= BODY_INTENSITY
}

/**
 * Spreads `count` positions over the body by farthest-point sampling on a coarse lattice, starting
 * from the body's centre of mass: deterministic, and no rejection loop that may never end.
 * @returns fewer positions when the body is small, none when the volume is all air
 */
export function spreadOverBody(volume: PreparedVolume, count: number, stepVoxels = 6): Sal[] {
  const candidates: Sal[] = []
  const centre = [0, 0, 0]
  for (let z = 0; z < volume.size[0]; z += stepVoxels) {
    for (let y = 0; y < volume.size[1]; y += stepVoxels) {
      for (let x = 0; x < volume.size[2]; x += stepVoxels) {
        if (!isBody(volume, [z, y, x])) continue
        candidates.push([z, y, x])
        centre[0] += z
        centre[1] += y
        centre[2] += x
      }
    }
  }
  if (candidates.length === 0) return []
  const middle = centre.map((sum) => sum / candidates.length)
  const squared = (a: Sal, b: readonly number[]): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
  let next = candidates.reduce((best, p, i) => (squared(p, middle) < squared(candidates[best], middle) ? i : best), 0)
  const nearest = new Float64Array(candidates.length).fill(Infinity)
  const chosen: Sal[] = []
  while (chosen.length < Math.min(count, candidates.length)) {
    chosen.push(candidates[next])
    let farthest = 0
    for (let i = 0; i < candidates.length; i++) {
      nearest[i] = Math.min(nearest[i], squared(candidates[i], candidates[next]))
      if (nearest[i] > nearest[farthest]) farthest = i
    }
    next = farthest
  }
  return chosen
}
