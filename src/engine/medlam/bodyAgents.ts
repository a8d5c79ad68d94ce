import type { PreparedVolume } from './prepare.js'
import { salVoxel, type SalVoxel } from './salFrame.js'

/**
 * The least mapped intensity that counts as body (the published procedure asks for 0.001).
 * Air and padding map to 0.
 */
const BODY_INTENSITY = 0.001

/** True when the voxel nearest to a position is body rather than air. */
export function isBody(volume: PreparedVolume, voxel: SalVoxel): boolean {
  const [nz, ny, nx] = volume.size
  const [z, y, x] = [Math.round(voxel[0]), Math.round(voxel[1]), Math.round(voxel[2])]
  if (z < 0 || y < 0 || x < 0 || z >= nz || y >= ny || x >= nx) return false
  return volume.data[(z * ny + y) * nx + x] >= BODY_INTENSITY
}

/** Mean mapped intensity above which a cell of a dense grid counts as body: part of it may be air. */
const BODY_CELL_INTENSITY = 0.1

/** True when the cube of `sideVoxels` around a position is body on average. */
export function isBodyCell(volume: PreparedVolume, centre: SalVoxel, sideVoxels: number): boolean {
  const [nz, ny, nx] = volume.size
  const from = centre.map((at) => Math.round(at - (sideVoxels - 1) / 2))
  let sum = 0
  for (let z = Math.max(0, from[0]); z < Math.min(nz, from[0] + sideVoxels); z++) {
    for (let y = Math.max(0, from[1]); y < Math.min(ny, from[1] + sideVoxels); y++) {
      for (let x = Math.max(0, from[2]); x < Math.min(nx, from[2] + sideVoxels); x++)
        sum += volume.data[(z * ny + y) * nx + x]
    }
  }
  return sum / sideVoxels ** 3 > BODY_CELL_INTENSITY
}

/**
 * Spreads `count` positions over the body by farthest-point sampling on a coarse lattice, starting
 * from the body's centre of mass: deterministic, and no rejection loop that may never end.
 * @returns fewer positions when the body is small, none when the volume is all air
 */
export function spreadOverBody(volume: PreparedVolume, count: number, stepVoxels = 6): SalVoxel[] {
  const candidates: SalVoxel[] = []
  const centre = [0, 0, 0]
  for (let z = 0; z < volume.size[0]; z += stepVoxels) {
    for (let y = 0; y < volume.size[1]; y += stepVoxels) {
      for (let x = 0; x < volume.size[2]; x += stepVoxels) {
        const voxel = salVoxel(z, y, x)
        if (!isBody(volume, voxel)) continue
        candidates.push(voxel)
        centre[0] += z
        centre[1] += y
        centre[2] += x
      }
    }
  }
  if (candidates.length === 0) return []
  const middle = centre.map((sum) => sum / candidates.length)
  const squared = (a: SalVoxel, b: readonly number[]): number =>
    (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
  let next = candidates.reduce((best, p, i) => (squared(p, middle) < squared(candidates[best], middle) ? i : best), 0)
  const nearest = new Float64Array(candidates.length).fill(Infinity)
  const chosen: SalVoxel[] = []
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
