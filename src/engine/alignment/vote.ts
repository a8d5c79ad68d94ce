import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { perAxis, type Grid } from './grid.js'
import type { SoftMask } from './pullMasks.js'

/** Where templates of less than this share of the weight know anything, the others count as votes against. */
const LEAST_KNOWN = 0.2
/** Bounds of the level that a fused mask is cut at. */
const LEVELS = { least: 0.25, most: 0.5 } as const

/** A mask that votes on a structure. */
export interface Vote {
  readonly mask: SoftMask
  readonly weight: number
  /** 1 for the cells of the whole grid that the template knows; all when left out. */
  readonly known: Uint8Array | null
}

/** The mean of votes, and the level at which it is cut. */
export interface Fused {
  readonly mask: SoftMask
  /** 0 to 1. */
  readonly level: number
}

/** Adds what the votes weigh that know a cell: their sum where all do. */
function knownWeights({ size }: Grid, votes: readonly Vote[], low: PointMm, box: Size3): Float32Array {
  const total = votes.reduce((sum, { weight }) => sum + weight, 0)
  const weights = new Float32Array(box[0] * box[1] * box[2]).fill(total)
  for (const { known, weight } of votes) {
    if (known === null) continue
    for (let z = 0, to = 0; z < box[2]; z++) {
      for (let y = 0; y < box[1]; y++) {
        let from = low[0] + size[0] * (low[1] + y + size[1] * (low[2] + z))
        for (let x = 0; x < box[0]; x++, to++, from++) if (known[from] === 0) weights[to] -= weight
      }
    }
  }
  return weights
}

/** The level at which a mask is as large as `cells`, within {@link LEVELS}. */
function levelForSize({ data }: SoftMask, cells: number): number {
  const histogram = new Int32Array(256)
  for (const value of data) histogram[value]++
  let level = 255
  for (let count = histogram[255]; level > 1 && count < cells;) count += histogram[--level]
  return Math.min(LEVELS.most, Math.max(LEVELS.least, level / 255))
}

/**
 * The weighted mean of one structure's masks. Where a template's view ends it has no vote. The level is the one at
 * which the mean is as large as the votes are on average: thin structures that do not lie on each other would vanish
 * at one half.
 */
export function fuseVotes(grid: Grid, votes: readonly Vote[]): Fused {
  const low = perAxis((axis) => Math.min(...votes.map(({ mask }) => mask.low[axis])))
  const size = perAxis((axis) => Math.max(...votes.map(({ mask }) => mask.low[axis] + mask.size[axis])) - low[axis])
  const sum = new Float32Array(size[0] * size[1] * size[2])
  let [volume, total] = [0, 0]
  for (const { mask, weight } of votes) {
    const [mx, my, mz] = mask.size
    let cells = 0
    for (let z = 0, from = 0; z < mz; z++) {
      for (let y = 0; y < my; y++) {
        let to = mask.low[0] - low[0] + size[0] * (mask.low[1] - low[1] + y + size[1] * (mask.low[2] - low[2] + z))
        for (let x = 0; x < mx; x++, from++) {
          cells += mask.data[from]
          sum[to++] += weight * mask.data[from]
        }
      }
    }
    volume += (weight * cells) / 255
    total += weight
  }
  const weights = knownWeights(grid, votes, low, size)
  const least = total * LEAST_KNOWN
  const data = new Uint8Array(sum.length)
  for (let i = 0; i < data.length; i++) data[i] = Math.round(sum[i] / Math.max(least, weights[i]))
  const mask = { name: votes[0].mask.name, low, size, data }
  return { mask, level: levelForSize(mask, volume / total) }
}

/** A wall is where a plane holds this share of the cells that the largest plane holds: thin spurs make no wall. */
const WALL_SHARE = 0.02

/** Counts of values in each plane across an axis, 256 per plane. */
function planeHistograms({ size, data }: SoftMask, axis: 0 | 1 | 2): Int32Array {
  const out = new Int32Array(256 * size[axis])
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) out[256 * (axis === 0 ? x : axis === 1 ? y : z) + data[at]]++
    }
  }
  return out
}

/** In each plane across an axis the value that as many cells reach as a wall needs. */
function wallProfile(mask: SoftMask, axis: 0 | 1 | 2, limit: number): number[] {
  const histograms = planeHistograms(mask, axis)
  const planes = Array.from({ length: mask.size[axis] }, (_, i) => histograms.subarray(256 * i, 256 * (i + 1)))
  const areas = planes.map((plane) => plane.subarray(Math.ceil(limit)).reduce((sum, count) => sum + count, 0))
  const needed = Math.max(1, WALL_SHARE * Math.max(...areas))
  return planes.map((plane) => {
    let value = 255
    for (let count = plane[255]; value > 0 && count < needed;) count += plane[--value]
    return value
  })
}

/**
 * The box of a soft mask in mm: walls where enough cells of a plane cross the level, between planes by interpolation;
 * null where nothing reaches it.
 */
export function boxOfMask(mask: SoftMask, grid: Grid, level: number): BoxMm | null {
  const limit = level * 255
  const ends = ([0, 1, 2] as const).map((axis) => {
    const profile = wallProfile(mask, axis, limit)
    const first = profile.findIndex((value) => value >= limit)
    if (first < 0) return null
    const last = profile.findLastIndex((value) => value >= limit)
    const part = (inside: number, outside: number): number => (inside - limit) / Math.max(1e-6, inside - outside)
    const toMm = (cell: number): number => grid.originMm[axis] + (mask.low[axis] + cell) * grid.spacingMm
    return [
      toMm(first - part(profile[first], profile[first - 1] ?? 0)),
      toMm(last + part(profile[last], profile[last + 1] ?? 0)),
    ] as const
  })
  const [x, y, z] = ends
  if (x === null || y === null || z === null) return null
  return { min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] }
}
